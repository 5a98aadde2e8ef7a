import { busyStates } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'

export interface SameBefore {
  /** Rows of targets of a rollout, as a FROM item without a name. */
  readonly targets: Prisma.Sql
  readonly releaseId: string
  /** Rollouts of the same release that it took the place of. */
  readonly sameBefore: readonly string[]
}

/**
 * The rows of targets as a FROM item without a name, with what the rollouts before did to their devices: `busy_before`,
 * whether one has granted it its reboot and has not seen its end; `rebooting_before`, whether it is not known yet what came
 * of that; `silent_before`, the boots of grants after which nothing was heard. Who ran the release already when its target
 * was planned has as `from_digest` what it ran before one of them brought it.
 */
export function withSameBefore({ targets, releaseId, sameBefore }: SameBefore): Prisma.Sql {
  if (sameBefore.length === 0)
    return Prisma.sql`(
      SELECT own.*, false AS busy_before, false AS rebooting_before, '{}'::text[] AS silent_before FROM ${targets} AS own)`
  const ids = Prisma.sql`${[...sameBefore]}::uuid[]`
  const busy = Prisma.sql`${[...busyStates]}::text[]`
  // One look-up by the whole primary key for each of those rollouts, whatever statistics say.
  return Prisma.sql`(
    SELECT own.rollout_id, own.device_id, own.organization_id, own.position, own.state, own.digest, own.first_granted_at,
      own.grant_boot_key, before.busy AS busy_before, before.rebooting AS rebooting_before, before.silent AS silent_before,
      CASE WHEN own.from_digest IN (own.digest, image.index_digest) THEN coalesce(before.from_digest, own.from_digest)
        ELSE own.from_digest END AS from_digest
    FROM ${targets} AS own
    JOIN release image ON image.id = ${releaseId}::uuid
    CROSS JOIN LATERAL (
      SELECT coalesce(bool_or(h.state = ANY(${busy})), false) AS busy,
        coalesce(bool_or(h.state IN ('granted', 'rebooting')), false) AS rebooting,
        coalesce(array_agg(h.grant_boot_key) FILTER (WHERE h.state = 'timed_out' AND h.grant_boot_key IS NOT NULL), '{}') AS silent,
        (array_agg(h.from_digest ORDER BY h.first_granted_at DESC NULLS LAST)
          FILTER (WHERE h.from_digest <> own.digest AND h.from_digest IS DISTINCT FROM image.index_digest))[1] AS from_digest
      FROM UNNEST(${ids}) AS earlier(id) CROSS JOIN LATERAL (
        SELECT * FROM rollout_target WHERE rollout_id = earlier.id AND device_id = own.device_id OFFSET 0) AS h
      WHERE h.first_granted_at IS NOT NULL OR h.state = ANY(${busy}) OR h.state = 'succeeded') AS before)`
}
