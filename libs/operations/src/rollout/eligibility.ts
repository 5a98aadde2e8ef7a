import { Prisma } from '@bootfleet/db'
import { selectorSql } from '../device/selector-sql.ts'

/** Whom a rollout is for. */
export interface Selection {
  readonly organizationId: string
  readonly channelId: string
  readonly releaseId: string
  readonly selector: string | null
  /** Salt of the order. */
  readonly rolloutId: string
}

/**
 * Rows `(device_id, group_id, digest, from_digest, position, skip)`: every device that follows the channel and matches
 * the selector, with the reason why it takes no part, if there is one. The order is a hash salted with the rollout's id:
 * 52 bits of MD5, stable, and another one for each rollout.
 */
export function eligibilitySql(selection: Selection): Prisma.Sql {
  const { organizationId, channelId, releaseId, selector, rolloutId } = selection
  return Prisma.sql`
    SELECT d.id AS device_id, d.group_id, d.name,
      coalesce(m.manifest_digest, r.index_digest, '') AS digest, s.booted_digest AS from_digest,
      ('x' || substr(md5(${rolloutId} || d.id::text), 1, 13))::bit(52)::bigint AS position,
      CASE
        WHEN m.manifest_digest IS NULL THEN 'no_manifest'
        WHEN s.booted_digest IN (m.manifest_digest, r.index_digest) THEN 'already_on_digest'
        WHEN q.digest IS NOT NULL THEN 'quarantined'
        WHEN x.held_since IS NOT NULL THEN 'server_behind'
        WHEN d.pinned_release_id <> r.id THEN 'pinned'
      END AS skip
    FROM device d
    JOIN device_group g ON g.id = d.group_id
    JOIN release r ON r.id = ${releaseId}::uuid
    LEFT JOIN release_manifest m ON m.release_id = r.id AND m.architecture = d.architecture
    LEFT JOIN device_state s ON s.device_id = d.id
    LEFT JOIN device_desired x ON x.device_id = d.id
    LEFT JOIN device_quarantine q ON q.device_id = d.id AND q.digest = m.manifest_digest AND q.lifted_at IS NULL
    WHERE d.organization_id = ${organizationId}::uuid AND g.channel_id = ${channelId}::uuid AND d.removed_at IS NULL
      AND ${selector === null ? Prisma.sql`true` : selectorSql(selector)}`
}

const sentences: Record<string, string> = {
  no_manifest: "The release has no image for the device's architecture.",
  already_on_digest: 'The device runs this image already.',
  quarantined: 'The device rolled back from this image before.',
  server_behind: 'The device is ahead of this server and waits for an operator.',
  pinned: 'The device is pinned to another release.',
}

/** The sentence for a reason of `eligibilitySql`. */
export function skipReason(reason: string): { code: string; message: string } {
  return { code: `skip.${reason}`, message: sentences[reason] ?? 'The device takes no part.' }
}
