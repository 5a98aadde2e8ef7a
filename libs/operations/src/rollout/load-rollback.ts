import type { RollbackView, RolloutState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

const asked: readonly RolloutState[] = ['rolling_back', 'superseded']

/**
 * The newest roll-back of a rollout that is rolled back, or was when a newer one took its place. That of a newer one of the
 * same release takes its devices back, too.
 */
export async function loadRollback(tx: Tx, { id, state }: RolloutRow): Promise<RollbackView | null> {
  if (!asked.includes(state)) return null
  const [found] = await tx.$queryRaw<{ id: string; state: string }[]>`
    WITH RECURSIVE same AS (
      SELECT id, release_id, superseded_by, 0 AS after FROM rollout WHERE id = ${id}::uuid
      UNION SELECT r.id, r.release_id, r.superseded_by, same.after + 1 FROM rollout r JOIN same ON r.id = same.superseded_by
      WHERE r.release_id = same.release_id AND r.kind <> 'rollback')
    SELECT c.id::text, c.state FROM same JOIN rollout c ON c.parent_id = same.id
    ORDER BY same.after DESC, c.created_at DESC LIMIT 1`
  if (!found) return null
  return { id: found.id, state: found.state === 'completed' || found.state === 'aborted' ? found.state : 'under_way' }
}
