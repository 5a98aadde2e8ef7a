import { commonPool, type SelectorPool } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import { selectorSql } from '../device/selector-sql.ts'
import { excludedSql } from './exclude-sql.ts'
import { busySql, holdsSql } from './in-between.ts'
import { positionSql, type Order } from './planned-order.ts'
import { routeSql } from './route-sql.ts'
import type { RouteRow } from './routes.ts'

/** Whom a rollout is for. */
export interface Selection extends Order {
  readonly organizationId: string
  readonly channelId: string
  readonly releaseId: string
  readonly selector: string | null
  /** Selectors of those who are left out, whatever else says that they take part. */
  readonly excludes: readonly string[]
  /** Rollouts that this one supersedes: who holds one of their releases takes part whatever the selector says. */
  readonly inBetween: readonly string[]
  /** The ways to the release, where the channel's update graph has marks. */
  readonly routes?: readonly RouteRow[] | undefined
  /** Pools that waves take from by their selectors. */
  readonly pools?: readonly SelectorPool[] | undefined
  /** Only these devices: ids after the one, up to the other. */
  readonly between?: { readonly after: string; readonly last: string } | undefined
  /** Only these devices. */
  readonly among?: readonly string[] | undefined
}

function within({ between, among }: Selection): Prisma.Sql {
  if (among) return Prisma.sql`d.id = ANY(${[...among]}::uuid[])`
  return between ? Prisma.sql`d.id > ${between.after}::uuid AND d.id <= ${between.last}::uuid` : Prisma.sql`true`
}

// A chunk, or a few, looks each device up by its id, whatever the planner believes: from stale statistics, or none, it would read the
// whole table for each chunk, or compare each device with each.
function joinOne({ between, among }: Selection, { from, on }: { from: Prisma.Sql; on: Prisma.Sql }): Prisma.Sql {
  const alias = Prisma.raw(from.sql.split(' ').at(-1) ?? '')
  return between || among
    ? Prisma.sql`LEFT JOIN LATERAL (SELECT * FROM ${from} WHERE ${on} OFFSET 0) AS ${alias} ON true`
    : Prisma.sql`LEFT JOIN ${from} ON ${on}`
}

/**
 * Rows `(device_id, group_id, name, digest, from_digest, from_boot_key, value, position, pool, hops, blocked, skip)`: every device that follows the channel
 * and matches the selector, with its value of the label that stratifies the order, and the reason why it takes no part, if
 * there is one.
 */
export function eligibilitySql(selection: Selection): Prisma.Sql {
  const { organizationId, channelId, releaseId, selector, stratifyBy, inBetween } = selection
  const route = routeSql(selection.routes)
  const quarantine = Prisma.sql`q.device_id = d.id AND q.digest = m.manifest_digest AND q.lifted_at IS NULL`
  return Prisma.sql`
    SELECT d.id AS device_id, d.group_id, d.name,
      coalesce(m.manifest_digest, r.index_digest, '') AS digest, s.booted_digest AS from_digest, s.boot_key AS from_boot_key,
      ${stratifyBy ? Prisma.sql`d.labels ->> ${stratifyBy}::text` : Prisma.sql`NULL::text`} AS value,
      ${positionSql(selection)} AS position, ${poolSql(selection)} AS pool, ${route.hops} AS hops, ${route.blocked} AS blocked,
      CASE
        WHEN ${excludedSql(selection.excludes)} THEN 'excluded'
        WHEN m.manifest_digest IS NULL THEN 'no_manifest'
        WHEN s.booted_digest IN (m.manifest_digest, r.index_digest) AND NOT ${busySql(inBetween)} THEN 'already_on_digest'
        WHEN q.digest IS NOT NULL THEN 'quarantined'
        WHEN x.held_since IS NOT NULL THEN 'server_behind'
        WHEN d.pinned_release_id <> r.id THEN 'pinned'
        ELSE ${route.skip}
      END AS skip
    FROM device d
    JOIN device_group g ON g.id = d.group_id
    JOIN release r ON r.id = ${releaseId}::uuid
    LEFT JOIN release_manifest m ON m.release_id = r.id AND m.architecture = d.architecture
    ${joinOne(selection, { from: Prisma.sql`device_state s`, on: Prisma.sql`s.device_id = d.id` })}
    ${joinOne(selection, { from: Prisma.sql`device_desired x`, on: Prisma.sql`x.device_id = d.id` })}
    ${joinOne(selection, { from: Prisma.sql`device_quarantine q`, on: quarantine })}
    ${route.join}
    WHERE d.organization_id = ${organizationId}::uuid AND g.channel_id = ${channelId}::uuid AND d.removed_at IS NULL AND ${within(selection)}
      AND ${selector === null ? Prisma.sql`true` : Prisma.sql`(${selectorSql(selector)} OR ${holdsSql(inBetween)})`}`
}

// Of the selectors that it matches the first one has the device.
function poolSql({ pools = [] }: Selection): Prisma.Sql {
  if (pools.length === 0) return Prisma.sql`${commonPool}::smallint`
  const cases = pools.map(({ pool, selector }) => Prisma.sql`WHEN ${selectorSql(selector)} THEN ${pool}::smallint`)
  return Prisma.sql`CASE ${Prisma.join(cases, ' ')} ELSE ${commonPool}::smallint END`
}

const sentences: Record<string, string> = {
  excluded: "The device's labels match what the rollout or its policy excludes.",
  no_manifest: "The release has no image for the device's architecture.",
  already_on_digest: 'The device runs this image already.',
  quarantined: 'The device rolled back from this image before.',
  server_behind: 'The device is ahead of this server and waits for an operator.',
  pinned: 'The device is pinned to another release.',
  release_dead_end: 'The release is a dead end, and is not offered.',
  dead_end: 'The device runs a dead end, which nothing leaves by itself.',
  crosses_barrier: 'The device has passed a barrier that is newer than the release.',
  barrier_unavailable: 'A barrier on the way is a dead end, or has no image for the architecture of the device.',
  below_minimum: 'What the device runs is older than the release allows, and no release leads there.',
}

/** The sentence for a reason of `eligibilitySql`. */
export function skipReason(reason: string): { code: string; message: string } {
  return { code: `skip.${reason}`, message: sentences[reason] ?? 'The device takes no part.' }
}
