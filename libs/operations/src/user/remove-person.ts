import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound, OperationError } from '../errors.ts'

/** What ended with the account. */
export interface RemovedPerson {
  readonly sessions: number
  readonly tokens: number
}

/**
 * Shuts a person out: no more signing in, and the sessions and API tokens that go back to the person end at once. What
 * they did keeps their name, and the account keeps its id, in case they come back. Throws `not_found`, and `conflict` for
 * the last administrator.
 */
export async function removePerson(ctx: Ctx, input: { email: string }): Promise<RemovedPerson> {
  authorize(ctx, 'user:write')
  const { organizationId, services } = ctx
  const email = input.email.trim().toLowerCase()
  const now = services.now()
  return inOrganization(ctx, async (tx) => {
    // Locked: two who remove each other must not leave nobody.
    const admins = await tx.$queryRaw<{ id: string }[]>`
      SELECT id::text FROM user_account
      WHERE organization_id = ${organizationId}::uuid AND role = 'admin' AND disabled_at IS NULL
      ORDER BY id FOR UPDATE`
    const person = await tx.userAccount.findFirst({ where: { organizationId, email, disabledAt: null } })
    if (person === null) throw notFound('person', email)
    const { id } = person
    if (admins.every((admin) => admin.id === id) && person.role === 'admin') throw lastAdmin(email)
    await tx.userAccount.update({ where: { id }, data: { disabledAt: now } })
    const { count: sessions } = await tx.session.deleteMany({ where: { userId: id } })
    const { count: tokens } = await tx.apiToken.updateMany({
      where: { organizationId, createdById: id, revokedAt: null },
      data: { revokedAt: now },
    })
    await audit(tx, ctx, {
      action: 'user.remove',
      subject: { kind: 'user', id },
      detail: { email, sessions, tokens },
    })
    return { sessions, tokens }
  })
}

function lastAdmin(email: string): OperationError {
  const message = `${email} is the last administrator: add another before you remove this one.`
  return new OperationError('conflict', message, { reason: 'last_admin' })
}
