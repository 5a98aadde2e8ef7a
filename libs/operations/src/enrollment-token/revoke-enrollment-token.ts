import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'

/** Revokes a token at once and for good; devices that enrolled with it stay. */
export async function revokeEnrollmentToken(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authorize(ctx, 'enrollment:write')
  await inOrganization(ctx, async (tx) => {
    const row = await tx.enrollmentToken.findUnique({ where: { id } })
    if (row === null) throw notFound('enrollment_token', id)
    if (row.revokedAt !== null) return
    await tx.enrollmentToken.update({ where: { id }, data: { revokedAt: ctx.services.now() } })
    const subject = { kind: 'enrollment_token', id }
    await audit(tx, ctx, { action: 'enrollment_token.revoke', subject, detail: { name: row.name } })
  })
}
