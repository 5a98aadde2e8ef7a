import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'

/** Between two writes for one device, but for the end of a download. */
const gapMs = 5000

/**
 * Keeps the newest download progress of each device in its one row, at most every five seconds. Returns the devices whose
 * row changed.
 */
export async function writeProgress(
  tx: Tx,
  messages: readonly Admitted<'tm/progress'>[],
  now: Date,
): Promise<Set<string>> {
  const newest = [...new Map(messages.map((message) => [message.facts.deviceId, message])).values()]
  if (newest.length === 0) return new Set()
  const bodies = newest.map(({ body }) => body)
  const before = new Date(now.getTime() - gapMs)
  const rows = await tx.$queryRaw<{ device_id: string }[]>`
    INSERT INTO device_progress AS p (device_id, organization_id, digest, bytes, bytes_total, step, received_at)
    SELECT n.device_id, n.organization_id, n.digest, n.bytes, n.bytes_total, n.step, ${now}
    FROM UNNEST(
      ${newest.map(({ facts }) => facts.deviceId)}::uuid[], ${newest.map(({ facts }) => facts.organizationId)}::uuid[],
      ${bodies.map(({ digest }) => digest)}::text[], ${bodies.map(({ bytes }) => BigInt(bytes))}::bigint[],
      ${bodies.map(({ bytesTotal }) => BigInt(bytesTotal))}::bigint[], ${bodies.map(({ step }) => step)}::text[])
      AS n(device_id, organization_id, digest, bytes, bytes_total, step)
    ORDER BY n.device_id
    ON CONFLICT (device_id) DO UPDATE SET digest = EXCLUDED.digest, bytes = EXCLUDED.bytes,
      bytes_total = EXCLUDED.bytes_total, step = EXCLUDED.step, received_at = EXCLUDED.received_at
    WHERE p.received_at <= ${before} OR p.digest <> EXCLUDED.digest OR EXCLUDED.bytes >= EXCLUDED.bytes_total
    RETURNING p.device_id::text`
  return new Set(rows.map(({ device_id }) => device_id))
}
