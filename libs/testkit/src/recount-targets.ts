import type { Database } from '@bootfleet/db'

/** Counters that are not what a count of the targets says, in words. None: they are exact. */
export function findMiscounts(db: Database): Promise<string[]> {
  return db.transaction('system', async (tx) => {
    const rows = await tx.$queryRaw<{ found: string }[]>`
      SELECT concat_ws(' ', 'rollout', rollout_id, 'wave', wave, state, 'counted', coalesce(c.count, 0), 'are', coalesce(t.count, 0)) AS found
      FROM (SELECT rollout_id, coalesce(wave, -1) AS wave, state, count(*) AS count FROM rollout_target GROUP BY 1, 2, 3) AS t
      FULL JOIN rollout_count c USING (rollout_id, wave, state)
      WHERE coalesce(c.count, 0) <> coalesce(t.count, 0)`
    return rows.map(({ found }) => found)
  })
}
