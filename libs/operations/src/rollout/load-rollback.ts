import type { RollbackView, RolloutState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

const asked: readonly RolloutState[] = ['rolling_back', 'superseded']

/** The newest roll-back of a rollout that is rolled back, or was when a newer one took its place. */
export async function loadRollback(tx: Tx, { id, state }: RolloutRow): Promise<RollbackView | null> {
  if (!asked.includes(state)) return null
  const found = await tx.rollout.findFirst({
    where: { parentId: id },
    orderBy: { createdAt: 'desc' },
    select: { id: true, state: true },
  })
  if (!found) return null
  return { id: found.id, state: found.state === 'completed' || found.state === 'aborted' ? found.state : 'under_way' }
}
