import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'

/** Forgets credentials. */
export async function deleteRegistry(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authorize(ctx, 'registry:write')
  await inOrganization(ctx, async (tx) => {
    const row = await tx.registryCredential.findUnique({ where: { id } })
    if (row === null) throw notFound('registry', id)
    await tx.registryCredential.delete({ where: { id } })
    await audit(tx, ctx, { action: 'registry.delete', subject: { kind: 'registry', id }, detail: { scope: row.scope } })
  })
}
