import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'

export interface Person {
  readonly email: string
  readonly role: string
  readonly createdAt: Date
}

/** Who can sign in to the organization, by address. */
export async function listPeople(ctx: Ctx): Promise<Person[]> {
  authorize(ctx, 'user:write')
  const select = { email: true, role: true, createdAt: true } as const
  const where = { organizationId: ctx.organizationId, disabledAt: null }
  return inOrganization(ctx, (tx) => tx.userAccount.findMany({ where, select, orderBy: { email: 'asc' } }))
}
