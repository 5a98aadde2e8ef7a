import { hashPassword } from '@bootfleet/pki'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { checkPassword } from './check-password.ts'

/** Sets a new password and signs the person out everywhere. */
export async function resetPassword(ctx: Ctx, input: { email: string; password: string }): Promise<void> {
  authorize(ctx, 'user:write')
  checkPassword(input.password)
  const email = input.email.trim().toLowerCase()
  const passwordHash = await hashPassword(input.password)
  await inOrganization(ctx, async (tx) => {
    const user = await tx.userAccount.findUnique({ where: { email } })
    if (user === null) throw notFound('user', email)
    await tx.userAccount.update({ where: { id: user.id }, data: { passwordHash } })
    await tx.session.deleteMany({ where: { userId: user.id } })
    await audit(tx, ctx, { action: 'user.reset_password', subject: { kind: 'user', id: user.id } })
  })
}
