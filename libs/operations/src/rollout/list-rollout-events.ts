import type { Because, Page, RolloutEvent } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { readCursor, SequenceCursor, toPage } from '../page.ts'

export interface ListRolloutEventsInput {
  readonly rollout: string
  readonly cursor?: string | undefined
  readonly limit: number
}

/** What happened in a rollout and why, the newest first. */
export function listRolloutEvents(
  ctx: Ctx,
  { rollout, cursor, limit }: ListRolloutEventsInput,
): Promise<Page<RolloutEvent>> {
  authorize(ctx, 'fleet:read')
  const before = readCursor(SequenceCursor, cursor)
  return inOrganization(ctx, async (tx) => {
    if ((await tx.rollout.count({ where: { id: rollout } })) === 0) throw notFound('rollout', rollout)
    const rows = await tx.rolloutEvent.findMany({
      where: { rolloutId: rollout, ...(before !== undefined && { id: { lt: before } }) },
      orderBy: { id: 'desc' },
      take: limit + 1,
    })
    return toPage(rows, limit, {
      present: ({ id, at, kind, wave, deviceId, because }) => ({
        id: String(id),
        at: at.toISOString(),
        kind,
        wave,
        deviceId,
        because: because as Because,
      }),
      keys: ({ id }) => String(id),
    })
  })
}
