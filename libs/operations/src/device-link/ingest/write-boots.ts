import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'

/** Appends boot records; one that is known by (device, incarnation, boot key) changes nothing. Returns devices with a new one. */
export async function writeBoots(tx: Tx, boots: readonly Admitted<'up/boot'>[], now: Date): Promise<Set<string>> {
  if (boots.length === 0) return new Set()
  const sorted = boots.toSorted((a, b) => (a.facts.deviceId < b.facts.deviceId ? -1 : 1))
  const bodies = sorted.map(({ body }) => body)
  const rows = await tx.$queryRaw<{ device_id: string }[]>`
    INSERT INTO boot_record (device_id, inc, boot_key, organization_id, booted_digest, target_digest, outcome, health,
      detail, duration_ms, received_at)
    SELECT n.device_id, n.inc, n.boot_key, n.organization_id, n.booted_digest, n.target_digest, n.outcome, n.health,
      n.detail::jsonb, n.duration_ms, ${now}
    FROM UNNEST(
      ${sorted.map(({ facts }) => facts.deviceId)}::uuid[], ${sorted.map(({ envelope }) => envelope.inc)}::int[],
      ${bodies.map(({ bootKey }) => bootKey)}::text[], ${sorted.map(({ facts }) => facts.organizationId)}::uuid[],
      ${bodies.map(({ booted }) => booted.digest ?? null)}::text[], ${bodies.map(({ target }) => target ?? null)}::text[],
      ${bodies.map(({ outcome }) => outcome)}::text[], ${bodies.map(({ health }) => health)}::text[],
      ${bodies.map(({ booted, failed, detail, lostBefore }) => JSON.stringify({ booted, failed, detail, lostBefore }))}::text[],
      ${bodies.map(({ durationMs }) => (durationMs === undefined ? null : Math.min(durationMs, 2 ** 31 - 1)))}::int[])
      AS n(device_id, inc, boot_key, organization_id, booted_digest, target_digest, outcome, health, detail, duration_ms)
    ORDER BY n.device_id, n.boot_key
    ON CONFLICT (device_id, inc, boot_key) DO NOTHING
    RETURNING device_id::text`
  return new Set(rows.map(({ device_id }) => device_id))
}
