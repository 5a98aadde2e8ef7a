import { busyStates, commonPool } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import { skipReason } from './eligibility.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { withSameBefore, type SameBefore } from './same-before.ts'
import { wayBackSql, type WayBackRow } from './ways-back.ts'

const sentences: Record<string, string> = {
  already_on_digest: 'The device runs the image that it would go back to already.',
  other_image:
    'The device runs neither the release that is rolled back nor the image that it had before. It is left alone.',
  no_last_good:
    'The image that the device had before is neither in its rollback slot nor a known release. Move it by hand, or by a rollout.',
  other_channel: "The device's group follows another channel now. Move it by a rollout there.",
  quarantined:
    'The device rolled back from the image that it had before, earlier. Lift the quarantine, or move it by hand.',
}

/** Reasons why a device does not go back that have no sentence of their own. */
export const backReasons: readonly string[] = [...Object.keys(sentences), 'server_behind']

/** The sentence for a reason of `goingBackSql`. */
export function whyNotBack(reason: string): { code: string; message: string } {
  const message = sentences[reason]
  return message === undefined ? skipReason(reason) : { code: `skip.${reason}`, message }
}

/** Of targets of the rollout that is taken back. */
export interface GoingBack extends Pick<RolloutRow, 'channelId'>, SameBefore {
  readonly ways: readonly WayBackRow[]
  /**
   * What is known of each device is looked up by its id, whatever statistics say: for a chunk of them. Not for all of a
   * large rollout.
   */
  readonly oneByOne: boolean
}

/**
 * Rows `(device_id, name, group_id, position, goal, digest, from_boot_key, running, local, blocked, skip)`: targets that are
 * to go back to `goal`, whether that is on the device already, and what keeps them from it. A device that was granted its
 * reboot, there or by one of the rollouts before, and has not been heard of since may come up on either image: it is judged
 * when it does.
 */
export function goingBackSql({ channelId, ways, oneByOne, ...of }: GoingBack): Prisma.Sql {
  // Of a release without an index the second is NULL.
  const onImage = Prisma.sql`coalesce(s.booted_digest IN (t.digest, r.index_digest), false)`
  const quarantine = Prisma.sql`q.digest = t.from_digest AND q.lifted_at IS NULL`
  return Prisma.sql`
    SELECT j.*, CASE WHEN j.way ->> 'code' = 'skip.' || j.skip THEN j.way END AS blocked FROM (
    SELECT t.device_id, d.name, d.group_id, t.position, t.from_digest AS goal, t.digest, way.blocked AS way,
      CASE WHEN ${onImage} THEN s.boot_key END AS from_boot_key, s.booted_digest AS running, ${localSql} AS local,
      CASE
        WHEN t.from_digest IS NULL OR t.from_digest IN (t.digest, r.index_digest) THEN 'no_last_good'
        WHEN NOT ${undecidedSql} AND s.booted_digest = t.from_digest THEN 'already_on_digest'
        WHEN NOT ${undecidedSql} AND s.booted_digest IS NOT NULL AND NOT ${onImage} THEN 'other_image'
        WHEN way.blocked IS NOT NULL THEN substr(way.blocked ->> 'code', length('skip.') + 1)
        WHEN q.digest IS NOT NULL THEN 'quarantined'
        WHEN x.held_since IS NOT NULL THEN 'server_behind'
        WHEN g.channel_id IS DISTINCT FROM ${channelId}::uuid THEN 'other_channel'
        WHEN NOT ${reachableSql} THEN 'no_last_good'
      END AS skip
    FROM ${withSameBefore(of)} AS t
    JOIN LATERAL (SELECT * FROM device WHERE id = t.device_id AND removed_at IS NULL ${apart(oneByOne)}) AS d ON true
    JOIN device_group g ON g.id = d.group_id
    JOIN release r ON r.id = ${of.releaseId}::uuid
    LEFT JOIN LATERAL (SELECT * FROM device_state WHERE device_id = t.device_id ${apart(oneByOne)}) AS s ON true
    LEFT JOIN LATERAL (SELECT * FROM device_desired WHERE device_id = t.device_id ${apart(oneByOne)}) AS x ON true
    LEFT JOIN LATERAL (
      SELECT * FROM device_quarantine q WHERE q.device_id = t.device_id AND ${quarantine} ${apart(oneByOne)}) AS q ON true
    ${wayBackSql(ways)}
    WHERE t.first_granted_at IS NOT NULL OR ${onImage} OR t.state = ANY(${[...busyStates, 'succeeded']}::text[])
      OR t.busy_before OR ${silentSql}) AS j`
}

/** What is counted of those that go back: who has the image in a slot downloads nothing, and no way back has hops. */
export function backRowsSql(from: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`SELECT device_id, group_id, ${commonPool}::int AS pool, 1 AS boots, NOT local AS pulls FROM ${from}`
}

// Without this the planner may turn a look-up around, and join whole tables.
function apart(oneByOne: boolean): Prisma.Sql {
  return oneByOne ? Prisma.sql`OFFSET 0` : Prisma.empty
}

const silentSql = Prisma.sql`coalesce(s.boot_key = ANY(t.silent_before), false)`

const undecidedSql = Prisma.sql`(t.state IN ('granted', 'rebooting') OR t.rebooting_before OR ${silentSql}
  OR t.state = 'timed_out' AND t.grant_boot_key IS NOT DISTINCT FROM s.boot_key)`

const localSql = Prisma.sql`coalesce(t.from_digest IN (s.booted_digest, s.rollback_digest), false)`

// The image is in the slot of the device, runs now, or can be pulled from where a release of it was made.
const reachableSql = Prisma.sql`(${localSql}
  OR EXISTS (SELECT 1 FROM release k WHERE k.organization_id = t.organization_id AND k.index_digest = t.from_digest)
  OR EXISTS (SELECT 1 FROM release_manifest m WHERE m.organization_id = t.organization_id AND m.manifest_digest = t.from_digest))`
