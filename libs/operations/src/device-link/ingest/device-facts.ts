import type { Tx } from '@bootfleet/db'

/** What ingest must know of a device before it takes its messages. */
export interface DeviceFacts {
  readonly deviceId: string
  readonly organizationId: string
  readonly incarnation: number
  readonly removed: boolean
  /** Certificates in force. */
  readonly fingerprints: readonly string[]
  readonly gen: number
  readonly hash: string | null
  readonly conn: string | null
  readonly online: boolean
  /** Digests of the newest stored report. */
  readonly quarantined: readonly string[]
}

interface Row {
  device_id: string
  organization_id: string
  incarnation: number
  removed: boolean
  fingerprints: string[]
  gen: bigint | null
  hash: string | null
  conn: string | null
  online: boolean | null
  quarantined: unknown
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Reads the devices of a batch, each looked up by its id. Ids that name none are missing from the answer. */
export async function readDeviceFacts(tx: Tx, ids: readonly string[], now: Date): Promise<Map<string, DeviceFacts>> {
  const known = [...new Set(ids)].filter((id) => uuid.test(id)).toSorted()
  if (known.length === 0) return new Map()
  const rows = await tx.$queryRaw<Row[]>`
    SELECT d.id::text AS device_id, d.organization_id::text, d.incarnation, d.removed_at IS NOT NULL AS removed,
           ARRAY(SELECT c.fingerprint FROM device_certificate c
                 WHERE c.device_id = d.id AND c.revoked_at IS NULL AND c.not_after > ${now}) AS fingerprints,
           x.gen, x.hash, p.conn::text, p.online, s.report -> 'quarantined' AS quarantined
    FROM UNNEST(${known}::uuid[]) AS wanted(id)
    CROSS JOIN LATERAL (SELECT * FROM device WHERE id = wanted.id OFFSET 0) AS d
    LEFT JOIN LATERAL (SELECT gen, hash FROM device_desired WHERE device_id = d.id OFFSET 0) AS x ON true
    LEFT JOIN LATERAL (SELECT conn, online FROM device_presence WHERE device_id = d.id OFFSET 0) AS p ON true
    LEFT JOIN LATERAL (SELECT report FROM device_state WHERE device_id = d.id OFFSET 0) AS s ON true`
  return new Map(rows.map((row) => [row.device_id, factsOf(row)]))
}

function factsOf(row: Row): DeviceFacts {
  const { quarantined } = row
  return {
    deviceId: row.device_id,
    organizationId: row.organization_id,
    incarnation: row.incarnation,
    removed: row.removed,
    fingerprints: row.fingerprints,
    gen: Number(row.gen ?? 0),
    hash: row.hash,
    conn: row.conn,
    online: row.online ?? false,
    quarantined: Array.isArray(quarantined) ? quarantined.filter((digest) => typeof digest === 'string') : [],
  }
}
