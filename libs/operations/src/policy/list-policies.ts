import type { Page, PageQuery, Policy } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { NameCursor, readCursor, toPage } from '../page.ts'
import { presentPolicy } from './present-policy.ts'

/** Policies in the order of their names. */
export async function listPolicies(ctx: Ctx, { cursor, limit }: PageQuery): Promise<Page<Policy>> {
  authorize(ctx, 'fleet:read')
  const { organizationId } = ctx
  const after = readCursor(NameCursor, cursor)
  const where = { organizationId, ...(after !== undefined && { name: { gt: after } }) }
  const rows = await inOrganization(ctx, (tx) =>
    tx.policy.findMany({ where, orderBy: { name: 'asc' }, take: limit + 1 }),
  )
  return toPage(rows, limit, { present: presentPolicy, keys: ({ name }) => name })
}
