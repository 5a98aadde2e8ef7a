import type { EnrollmentToken, Page, PageQuery } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { newestFirst, olderThan, readCursor, TimeCursor, toPage } from '../page.ts'
import { presentEnrollmentToken } from './present-enrollment-token.ts'

/** Enrollment tokens, the newest first; revoked and used up ones too. */
export async function listEnrollmentTokens(ctx: Ctx, { cursor, limit }: PageQuery): Promise<Page<EnrollmentToken>> {
  authorize(ctx, 'fleet:read')
  const now = ctx.services.now()
  const where = { organizationId: ctx.organizationId, ...olderThan(readCursor(TimeCursor, cursor)) }
  return inOrganization(ctx, async (tx) => {
    const rows = await tx.enrollmentToken.findMany({ where, orderBy: newestFirst, take: limit + 1 })
    const ids = rows.map(({ groupId }) => groupId)
    const groups = await tx.deviceGroup.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } })
    const names = new Map(groups.map(({ id, name }) => [id, name]))
    return toPage(rows, limit, {
      present: (row) => presentEnrollmentToken(row, { groupName: names.get(row.groupId) ?? '', now }),
      keys: ({ createdAt, id }) => [createdAt, id],
    })
  })
}
