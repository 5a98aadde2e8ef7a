import type { z } from 'zod'
import type { Enrollment, ListEnrollments, Page } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { newestFirst, olderThan, readCursor, TimeCursor, toPage } from '../page.ts'
import { presentEnrollment } from './present-enrollment.ts'

/** Requests to enroll, the newest first. */
export async function listEnrollments(ctx: Ctx, input: z.output<typeof ListEnrollments>): Promise<Page<Enrollment>> {
  authorize(ctx, 'fleet:read')
  const { cursor, limit, state } = input
  const after = olderThan(readCursor(TimeCursor, cursor))
  const where = { organizationId: ctx.organizationId, ...after, ...(state !== undefined && { state }) }
  const include = { token: { select: { id: true, name: true } } }
  const rows = await inOrganization(ctx, (tx) =>
    tx.enrollment.findMany({ where, include, orderBy: newestFirst, take: limit + 1 }),
  )
  return toPage(rows, limit, { present: presentEnrollment, keys: ({ createdAt, id }) => [createdAt, id] })
}
