import type { z } from 'zod'
import type { Registry, UpdateRegistry } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { presentRegistry } from './present-registry.ts'
import { registrySecretContext } from './secret-context.ts'

export type UpdateRegistryInput = z.output<typeof UpdateRegistry> & { readonly id: string }

/** Replaces the password, and the user name if one is given. */
export async function updateRegistry(ctx: Ctx, { id, username, password }: UpdateRegistryInput): Promise<Registry> {
  authorize(ctx, 'registry:write')
  const sealedSecret = ctx.services.secrets.seal(password, registrySecretContext(id))
  return inOrganization(ctx, async (tx) => {
    const before = await tx.registryCredential.findUnique({ where: { id } })
    if (before === null) throw notFound('registry', id)
    const data = { sealedSecret, username: username ?? before.username }
    const row = await tx.registryCredential.update({ where: { id }, data })
    await audit(tx, ctx, { action: 'registry.update', subject: { kind: 'registry', id }, detail: { scope: row.scope } })
    return presentRegistry(row)
  })
}
