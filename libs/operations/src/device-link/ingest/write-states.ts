import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'

/**
 * Puts the newest report of each device where it is newer than the stored one; one per device, sorted by device id.
 * Returns the devices whose row changed.
 */
export async function writeStates(tx: Tx, states: readonly Admitted<'up/state'>[], now: Date): Promise<Set<string>> {
  if (states.length === 0) return new Set()
  const bodies = states.map(({ body }) => body)
  const envelopes = states.map(({ envelope }) => envelope)
  const rows = await tx.$queryRaw<{ device_id: string }[]>`
    INSERT INTO device_state AS s (device_id, organization_id, inc, epoch, seq, received_at, device_time, phase,
      observed_gen, boot_key, booted_digest, staged_digest, staged_locked, rollback_digest, health, report)
    SELECT n.device_id, n.organization_id, n.inc, n.epoch, n.seq, ${now}, n.device_time, n.phase, n.observed_gen, n.boot_key,
      n.booted_digest, n.staged_digest, n.staged_locked, n.rollback_digest, n.health, n.report::jsonb
    FROM UNNEST(
      ${states.map(({ facts }) => facts.deviceId)}::uuid[], ${states.map(({ facts }) => facts.organizationId)}::uuid[],
      ${envelopes.map(({ inc }) => inc)}::int[], ${envelopes.map(({ epoch }) => epoch)}::int[],
      ${envelopes.map(({ seq }) => BigInt(seq))}::bigint[], ${envelopes.map(({ ts }) => ts)}::text[],
      ${bodies.map(({ phase }) => phase)}::text[], ${bodies.map(({ observedGen }) => BigInt(observedGen))}::bigint[],
      ${bodies.map(({ bootKey }) => bootKey)}::text[], ${bodies.map(({ booted }) => booted.digest ?? null)}::text[],
      ${bodies.map(({ staged }) => staged?.digest ?? null)}::text[], ${bodies.map(({ staged }) => staged?.locked ?? false)}::boolean[],
      ${bodies.map(({ rollback }) => rollback?.digest ?? null)}::text[], ${bodies.map(({ health }) => health.status)}::text[],
      ${bodies.map((body) => JSON.stringify(body))}::text[])
      AS n(device_id, organization_id, inc, epoch, seq, device_time, phase, observed_gen, boot_key, booted_digest,
           staged_digest, staged_locked, rollback_digest, health, report)
    ORDER BY n.device_id
    ON CONFLICT (device_id) DO UPDATE SET
      inc = EXCLUDED.inc, epoch = EXCLUDED.epoch, seq = EXCLUDED.seq, received_at = EXCLUDED.received_at,
      device_time = EXCLUDED.device_time, phase = EXCLUDED.phase, observed_gen = EXCLUDED.observed_gen,
      boot_key = EXCLUDED.boot_key, booted_digest = EXCLUDED.booted_digest, staged_digest = EXCLUDED.staged_digest,
      staged_locked = EXCLUDED.staged_locked, rollback_digest = EXCLUDED.rollback_digest, health = EXCLUDED.health,
      report = EXCLUDED.report
    WHERE (EXCLUDED.inc, EXCLUDED.epoch, EXCLUDED.seq) > (s.inc, s.epoch, s.seq)
    RETURNING s.device_id::text`
  return new Set(rows.map(({ device_id }) => device_id))
}
