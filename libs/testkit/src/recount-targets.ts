import type { Database } from '@bootfleet/db'

/** Counters of targets and of devices that are not what a count of those says, in words. None: they are exact. */
export function findMiscounts(db: Database): Promise<string[]> {
  return db.transaction('system', async (tx) => {
    const rows = await tx.$queryRaw<{ found: string }[]>`
      SELECT concat_ws(' ', 'rollout', rollout_id, 'wave', wave, state, 'counted', coalesce(c.count, 0), 'are', coalesce(t.count, 0)) AS found
      FROM (SELECT rollout_id, coalesce(wave, -2 - pool) AS wave, state, count(*) AS count FROM rollout_target GROUP BY 1, 2, 3) AS t
      FULL JOIN rollout_count c USING (rollout_id, wave, state)
      WHERE coalesce(c.count, 0) <> coalesce(t.count, 0)`
    const groups = await tx.$queryRaw<{ found: string }[]>`
      SELECT concat_ws(' ', 'group', g.id, 'counted', c.count, 'are', d.count) AS found FROM device_group g
      CROSS JOIN LATERAL (SELECT coalesce(sum(count), 0) AS count FROM device_group_count WHERE group_id = g.id) AS c
      CROSS JOIN LATERAL (SELECT count(*) AS count FROM device WHERE group_id = g.id AND removed_at IS NULL) AS d
      WHERE c.count <> d.count`
    return [...rows, ...groups].map(({ found }) => found)
  })
}
