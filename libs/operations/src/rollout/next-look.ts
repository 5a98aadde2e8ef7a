import type { Tx } from '@bootfleet/db'

/** When a rollout, or the first of its targets, has to be looked at next; null when only an event can change anything. */
export async function nextLook(tx: Tx, rolloutId: string): Promise<Date | null> {
  const rows = await tx.$queryRaw<{ at: Date | null }[]>`
    SELECT LEAST(r.wake_at, (
      SELECT min(t.due_at) FROM rollout_target t WHERE t.rollout_id = r.id AND t.due_at IS NOT NULL)) AS at
    FROM rollout r WHERE r.id = ${rolloutId}::uuid`
  return rows[0]?.at ?? null
}
