import { z } from 'zod'
import { hashPassword } from '@bootfleet/pki'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx, type Role } from '../context.ts'
import { OperationError } from '../errors.ts'
import { refuseDuplicate } from '../keys.ts'
import { checkPassword } from './check-password.ts'

export interface CreateUserInput {
  readonly email: string
  readonly name: string
  readonly password: string
  readonly role: Role
}

/**
 * Adds a person to the organization, or lets one who was removed come back. Throws `invalid` for the address or a weak
 * password, `conflict` for an address that has an account.
 */
export async function createUser(ctx: Ctx, input: CreateUserInput): Promise<{ id: string }> {
  authorize(ctx, 'user:write')
  const email = input.email.trim().toLowerCase()
  if (!z.email().max(254).safeParse(email).success) {
    throw new OperationError('invalid', 'This is not an e-mail address.', { field: 'email' })
  }
  checkPassword(input.password)
  const passwordHash = await hashPassword(input.password)
  const { organizationId } = ctx
  const id = ctx.services.newId()
  const taken = new OperationError('conflict', 'There is an account with this e-mail address already.', {
    reason: 'email_taken',
    field: 'email',
  })
  return refuseDuplicate(taken, () =>
    inOrganization(ctx, async (tx) => {
      const { name, role } = input
      const where = { organizationId, email, disabledAt: { not: null } }
      const [back] = await tx.userAccount.updateManyAndReturn({
        where,
        data: { name, role, passwordHash, disabledAt: null },
      })
      if (back !== undefined) {
        const subject = { kind: 'user', id: back.id }
        await audit(tx, ctx, { action: 'user.restore', subject, detail: { email, role } })
        return { id: back.id }
      }
      const createdAt = ctx.services.now()
      await tx.userAccount.create({ data: { id, organizationId, email, name, role, passwordHash, createdAt } })
      await audit(tx, ctx, { action: 'user.create', subject: { kind: 'user', id }, detail: { email, role } })
      return { id }
    }),
  )
}
