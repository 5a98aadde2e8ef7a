import type { z } from 'zod'
import type { ListSignals, Page, Signal } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, TimeCursor, toPage } from '../page.ts'
import { presentSignal } from './present-signal.ts'

export type ListSignalsInput = z.output<typeof ListSignals>

/** Signals of monitoring systems, the newest first; those in force unless all are asked for. */
export async function listSignals(ctx: Ctx, { state, name, cursor, limit }: ListSignalsInput): Promise<Page<Signal>> {
  authorize(ctx, 'fleet:read')
  const now = ctx.services.now()
  const after = readCursor(TimeCursor, cursor)
  const where = {
    organizationId: ctx.organizationId,
    ...(name !== undefined && { name }),
    ...(state === 'in_force' && { endedAt: null, expiresAt: { gt: now } }),
    ...(after && { OR: [{ since: { lt: after[0] } }, { since: after[0], id: { lt: after[1] } }] }),
  }
  const orderBy = [{ since: 'desc' as const }, { id: 'desc' as const }]
  const rows = await inOrganization(ctx, (tx) => tx.healthSignal.findMany({ where, orderBy, take: limit + 1 }))
  return toPage(rows, limit, { present: (row) => presentSignal(row, now), keys: ({ since, id }) => [since, id] })
}
