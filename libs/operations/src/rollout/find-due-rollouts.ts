import type { Services } from '../services.ts'
import { observedSql } from './observed.ts'

/**
 * Ids of rollouts that have something to do now: their own time has come, or a target's has. Finds what a lost hint
 * would have told; the oldest first.
 */
export async function findDueRollouts(services: Services, { limit }: { limit: number }): Promise<string[]> {
  const now = services.now()
  const rows = await services.db.transaction(
    'system',
    (tx) => tx.$queryRaw<{ id: string }[]>`
    SELECT r.id::text FROM rollout r
    WHERE r.wake_at <= ${now}
      OR ${observedSql(now)} AND EXISTS (SELECT 1 FROM rollout_target t WHERE t.rollout_id = r.id AND t.due_at <= ${now})
    ORDER BY r.wake_at NULLS LAST LIMIT ${limit}`,
  )
  return rows.map(({ id }) => id)
}
