import { z } from 'zod'
import type { AuditEntry, ListAudit, Page } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, SequenceCursor, toPage } from '../page.ts'

const Detail = z.record(z.string(), z.unknown())

/** Who did what, the newest first. */
export async function listAudit(ctx: Ctx, input: z.output<typeof ListAudit>): Promise<Page<AuditEntry>> {
  authorize(ctx, 'audit:read')
  const { cursor, limit, action, actor, kind, subject } = input
  const before = readCursor(SequenceCursor, cursor)
  const where = {
    organizationId: ctx.organizationId,
    ...(before !== undefined && { id: { lt: before } }),
    ...(action !== undefined && { action }),
    ...(actor !== undefined && { actorId: actor }),
    ...(kind !== undefined && { subjectKind: kind }),
    ...(subject !== undefined && { subjectId: subject }),
  }
  const rows = await inOrganization(ctx, (tx) =>
    tx.auditEntry.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 }),
  )
  return toPage(rows, limit, {
    keys: ({ id }) => String(id),
    present: (row) => ({
      id: String(row.id),
      at: row.at.toISOString(),
      actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
      action: row.action,
      subject: { kind: row.subjectKind, id: row.subjectId },
      detail: Detail.parse(row.detail),
      requestId: row.requestId,
    }),
  })
}
