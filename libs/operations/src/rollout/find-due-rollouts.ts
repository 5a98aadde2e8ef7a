import type { Services } from '../services.ts'
import { unchallengedSql } from './convergence.ts'
import { observedSql } from './observed.ts'

// What a policy may say at most; it lets an index find the few rollouts of all that may still be observed.
const longestObservationMs = 30 * 86_400_000

/**
 * Ids of rollouts that have something to do now: their own time has come, or a target's has. Finds what a lost hint
 * would have told; who has waited longest comes first, so that a rollout with always more to do holds up no other.
 */
export async function findDueRollouts(services: Services, { limit }: { limit: number }): Promise<string[]> {
  const now = services.now()
  const longAgo = new Date(now.getTime() - longestObservationMs)
  const rows = await services.db.transaction(
    'system',
    (tx) => tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM (
      SELECT r.id, r.wake_at AS since FROM rollout r WHERE r.wake_at <= ${now}
      UNION ALL
      SELECT r.id, due.since FROM rollout r
      CROSS JOIN LATERAL (SELECT t.due_at AS since FROM rollout_target t WHERE t.rollout_id = r.id AND t.due_at <= ${now}
        ORDER BY t.due_at LIMIT 1) AS due
      WHERE (r.ended_at IS NULL OR r.ended_at > ${longAgo}) AND ${observedSql(now)}
      UNION ALL
      SELECT r.id, ${now} FROM channel c JOIN rollout r ON r.id = c.current_rollout_id
      WHERE c.join_cursor IS NOT NULL AND r.state = 'completed' AND ${unchallengedSql}
      UNION ALL
      SELECT c.current_rollout_id, due.since FROM channel c
      CROSS JOIN LATERAL (SELECT t.due_at AS since FROM rollout_target t WHERE t.rollout_id = c.current_rollout_id AND t.due_at <= ${now}
        ORDER BY t.due_at LIMIT 1) AS due
      UNION ALL
      SELECT r.id, due.since FROM rollout r
      CROSS JOIN LATERAL (SELECT t.due_at AS since FROM rollout_target t WHERE t.rollout_id = r.id AND t.due_at <= ${now}
        ORDER BY t.due_at LIMIT 1) AS due
      WHERE r.kind = 'rollback' AND r.state = 'completed') AS waiting
    GROUP BY id ORDER BY min(since), id LIMIT ${limit}`,
  )
  return rows.map(({ id }) => id)
}
