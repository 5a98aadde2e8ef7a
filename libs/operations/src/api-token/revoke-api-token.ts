import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'

/** Revokes a token at once and for good. */
export async function revokeApiToken(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authorize(ctx, 'token:write')
  await inOrganization(ctx, async (tx) => {
    const row = await tx.apiToken.findUnique({ where: { id } })
    if (row === null) throw notFound('api_token', id)
    if (row.revokedAt !== null) return
    await tx.apiToken.update({ where: { id }, data: { revokedAt: ctx.services.now() } })
    await audit(tx, ctx, { action: 'api_token.revoke', subject: { kind: 'api_token', id }, detail: { name: row.name } })
  })
}
