import { firstImage, stateBody } from './generator/loaded-device.ts'
import type { Site } from './site.ts'

const batch = 500
// Above what any device has sent, so that every row is written.
const firstSeq = 1_000_000_000

/** Upserts rows of `device_state` as fast as one connection takes them, in batches with UNNEST, sorted by device. */
export async function bareUpsert(site: Site, { ids, seconds }: { ids: readonly string[]; seconds: number }) {
  const { sql, organizationId } = site
  const before = await sql.query<{ seqs: string[]; ids: string[] }>(
    `SELECT array_agg(seq::text) AS seqs, array_agg(device_id::text) AS ids FROM device_state WHERE epoch > 0`,
  )
  const sorted = ids.toSorted()
  const state = JSON.stringify(stateBody({ phase: 'idle', observedGen: 1, bootKey: 'b:0', booted: firstImage }))
  const began = performance.now()
  let rows = 0
  for (let seq = firstSeq; performance.now() - began < seconds * 1000; seq++) {
    for (let from = 0; from < sorted.length; from += batch) {
      const chunk = sorted.slice(from, from + batch)
      await sql.query({ name: 'bare-upsert', text: upsert, values: [chunk, organizationId, seq, firstImage, state] })
      rows += chunk.length
    }
  }
  const perSecond = rows / ((performance.now() - began) / 1000)
  // Or what devices send next would be older than this.
  const kept = before.rows[0]
  await sql.query(
    `UPDATE device_state s SET seq = n.seq FROM UNNEST($1::uuid[], $2::bigint[]) AS n(id, seq) WHERE s.device_id = n.id`,
    [kept?.ids ?? [], kept?.seqs ?? []],
  )
  return { perSecond, batch: Math.min(batch, sorted.length) }
}

const upsert = `
  INSERT INTO device_state AS s (device_id, organization_id, inc, epoch, seq, received_at, device_time, phase, observed_gen,
    boot_key, booted_digest, staged_locked, health, report)
  SELECT n.id, $2, 1, 1, $3::bigint, now(), '', 'idle', 1, 'b:0', $4, false, 'healthy', $5::jsonb FROM UNNEST($1::uuid[]) AS n(id)
  ON CONFLICT (device_id) DO UPDATE SET
    inc = EXCLUDED.inc, epoch = EXCLUDED.epoch, seq = EXCLUDED.seq, received_at = EXCLUDED.received_at,
    device_time = EXCLUDED.device_time, phase = EXCLUDED.phase, observed_gen = EXCLUDED.observed_gen,
    boot_key = EXCLUDED.boot_key, booted_digest = EXCLUDED.booted_digest, staged_locked = EXCLUDED.staged_locked,
    health = EXCLUDED.health, report = EXCLUDED.report
  WHERE (EXCLUDED.inc, EXCLUDED.epoch, EXCLUDED.seq) > (s.inc, s.epoch, s.seq)`
