import type { Tx } from '@bootfleet/db'

/** Adds the pause that ends now to the paused time of the waves that are open, from when the rollout began to pause. */
export async function countPause(tx: Tx, rolloutId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE rollout_wave w SET paused_ms = w.paused_ms + GREATEST(0, (EXTRACT(EPOCH FROM ${now}::timestamptz - paused.at) * 1000)::bigint)
    FROM (
      SELECT e.at FROM rollout_event e
      WHERE e.rollout_id = ${rolloutId}::uuid AND e.kind = 'rollout.pausing' ORDER BY e.id DESC LIMIT 1) AS paused
    WHERE w.rollout_id = ${rolloutId}::uuid AND w.opened_at IS NOT NULL`
}
