import type { z } from 'zod'
import type { Registry, UpdateRegistry } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { presentRegistry } from './present-registry.ts'
import { registrySecretContext } from './secret-context.ts'

export type UpdateRegistryInput = z.output<typeof UpdateRegistry> & { readonly id: string }

/** Changes what is given. Devices follow with their next look at it. */
export async function updateRegistry(ctx: Ctx, { id, ...input }: UpdateRegistryInput): Promise<Registry> {
  authorize(ctx, 'registry:write')
  const { username, password, forDevices } = input
  const { secrets } = ctx.services
  return inOrganization(ctx, async (tx) => {
    const before = await tx.registryCredential.findUnique({ where: { id } })
    if (before === null) throw notFound('registry', id)
    const data = {
      ...(username !== undefined && { username }),
      ...(forDevices !== undefined && { forDevices }),
      ...(password !== undefined && { sealedSecret: secrets.seal(password, registrySecretContext(id)) }),
    }
    const row = await tx.registryCredential.update({ where: { id }, data })
    await audit(tx, ctx, {
      action: 'registry.update',
      subject: { kind: 'registry', id },
      detail: { scope: row.scope, changed: Object.keys(input) },
    })
    return presentRegistry(row)
  })
}
