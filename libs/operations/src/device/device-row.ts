import { Prisma, type Tx } from '@bootfleet/db'

/** A device with everything that is kept of it in narrow tables; columns are null where it never reported. */
export interface DeviceRow {
  readonly id: string
  readonly name: string
  readonly hardware_id: string
  readonly labels: Record<string, string>
  readonly architecture: string
  readonly enrolled_at: Date
  readonly pinned_release_id: string | null
  readonly group_id: string
  readonly group_name: string
  readonly channel_id: string | null
  readonly channel_name: string | null
  readonly online: boolean | null
  readonly last_seen_at: Date | null
  readonly agent: string | null
  readonly capabilities: string[] | null
  readonly phase: string | null
  readonly health: string | null
  readonly report: unknown
  readonly staged_locked: boolean | null
  readonly gen: bigint | null
  readonly accepted_gen: bigint | null
  readonly held_since: Date | null
  readonly drift: number | null
  readonly desired_ref: string | null
  readonly quarantined: { digest: string; reason: string; at: string }[]
  readonly certificate_expires_at: Date | null
  readonly progress: { digest: string; bytes: number; bytesTotal: number; step: string; at: string } | null
  readonly rollout: { id: string; state: string; targetState: string } | null
}

export interface DeviceRowsInput {
  readonly organizationId: string
  /** Further conditions; the tables are `d`, `g` (group), `c` (channel), `p` (presence), `s` (state) and `i` (drift). */
  readonly where: readonly Prisma.Sql[]
  readonly limit: number
}

/** Devices that are not removed, in the order of name and id. */
export function readDeviceRows(tx: Tx, { organizationId, where, limit }: DeviceRowsInput): Promise<DeviceRow[]> {
  const conditions = [
    Prisma.sql`d.organization_id = ${organizationId}::uuid`,
    Prisma.sql`d.removed_at IS NULL`,
    ...where,
  ]
  return tx.$queryRaw<DeviceRow[]>`
    SELECT d.id::text, d.name, d.hardware_id, d.labels, d.architecture, d.enrolled_at, d.pinned_release_id::text,
           g.id::text AS group_id, g.name AS group_name, c.id::text AS channel_id, c.name AS channel_name,
           p.online, p.last_seen_at, p.agent, p.capabilities,
           s.phase, s.health, s.report, s.staged_locked,
           x.gen, x.accepted_gen, x.held_since, x.payload::jsonb #>> '{image,ref}' AS desired_ref,
           CASE WHEN i.document @@ '$.count >= 0 && $.count <= 1000000' THEN (i.document ->> 'count')::numeric::int END AS drift,
           COALESCE(q.quarantined, '[]') AS quarantined, r.rollout,
           (SELECT max(k.not_after) FROM device_certificate k WHERE k.device_id = d.id AND k.revoked_at IS NULL)
             AS certificate_expires_at,
           (SELECT jsonb_build_object('digest', y.digest, 'bytes', y.bytes, 'bytesTotal', y.bytes_total, 'step', y.step,
               'at', to_char(y.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
            FROM device_progress y WHERE y.device_id = d.id AND s.phase = 'downloading') AS progress
    FROM device d
    JOIN device_group g ON g.id = d.group_id
    LEFT JOIN channel c ON c.id = g.channel_id
    LEFT JOIN device_presence p ON p.device_id = d.id
    LEFT JOIN device_state s ON s.device_id = d.id
    LEFT JOIN device_desired x ON x.device_id = d.id
    LEFT JOIN device_document i ON i.device_id = d.id AND i.kind = 'drift'
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('digest', q.digest, 'reason', q.reason,
               'at', to_char(q.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY q.at) AS quarantined
      FROM device_quarantine q WHERE q.device_id = d.id AND q.lifted_at IS NULL) q ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_build_object('id', r.id, 'state', r.state, 'targetState', t.state) AS rollout
      FROM rollout_target t JOIN rollout r ON r.id = t.rollout_id
      WHERE t.device_id = d.id AND (r.state IN ('running', 'pausing', 'paused', 'aborting', 'rolling_back')
        OR r.state = 'completed' AND t.state NOT IN ('succeeded', 'failed', 'timed_out', 'rolled_back', 'reverted', 'skipped'))
      ORDER BY r.created_at DESC LIMIT 1) r ON true
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY d.name, d.id
    LIMIT ${limit}`
}
