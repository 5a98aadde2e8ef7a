import { z } from 'zod'
import type { AuditEntry, ListAudit, Page } from '@bootfleet/contracts'
import type { Prisma, Tx } from '@bootfleet/db'
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
    ...(kind !== undefined && { subjectKind: kind }),
    ...(subject !== undefined && { subjectId: subject }),
  }
  const rows = await inOrganization(ctx, async (tx) => {
    const by = actor === undefined ? {} : await actorIs(tx, ctx, actor)
    return tx.auditEntry.findMany({ where: { ...where, ...by }, orderBy: { id: 'desc' }, take: limit + 1 })
  })
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

// The name is that of then: whoever is renamed since, or gone, is found by it all the same.
async function actorIs(tx: Tx, { organizationId }: Ctx, actor: string): Promise<Prisma.AuditEntryWhereInput> {
  const email = actor.toLowerCase()
  const person = actor.includes('@')
    ? await tx.userAccount.findFirst({ where: { organizationId, email }, select: { id: true } })
    : null
  return { OR: [{ actorId: person?.id ?? actor }, { actorName: actor }] }
}
