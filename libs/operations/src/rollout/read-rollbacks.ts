import type { Rollout } from '@bootfleet/contracts'
import type { RolloutState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { sumCounts } from './sum-counts.ts'
import { readTargetCounts } from './target-counts.ts'

/** The newest roll-back of each of these rollouts that has one, by rollout. */
export async function readRollbacks(
  tx: Tx,
  rolloutIds: readonly string[],
): Promise<Map<string, NonNullable<Rollout['rollback']>>> {
  const rows = await tx.rollout.findMany({
    where: { parentId: { in: [...rolloutIds] } },
    orderBy: { createdAt: 'asc' },
    select: { id: true, parentId: true, state: true, eligible: true },
  })
  if (rows.length === 0) return new Map()
  const newest = new Map(rows.map((row) => [row.parentId ?? '', row]))
  const ids = [...newest.values()].map(({ id }) => id)
  const counts = await readTargetCounts(tx, ids)
  return new Map(
    [...newest].map(([parent, { id, state, eligible }]) => {
      const own = counts.filter(({ rolloutId }) => rolloutId === id)
      return [parent, { id, state: state as RolloutState, eligible, counts: sumCounts(own) }]
    }),
  )
}
