import { notifyChannels } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'
import { judgeHello } from './judge-hello.ts'
import { catchUpWithDevice } from './catch-up-with-device.ts'

/** Locks the documents of these messages' devices in the order of their ids, for all that the batch does to them. */
export async function lockDesired(tx: Tx, messages: readonly Admitted[]): Promise<void> {
  const deviceIds = [...new Set(messages.map(({ facts }) => facts.deviceId))]
  if (deviceIds.length < 2) return
  await tx.$queryRaw`
    SELECT 1 FROM device_desired WHERE device_id = ANY(${deviceIds}::uuid[]) ORDER BY device_id FOR UPDATE`
}

/** Compares what devices say they have with what they should have: the document is sent, or counts as delivered. */
export async function answerHellos(tx: Tx, hellos: readonly Admitted<'up/hello'>[], now: Date): Promise<void> {
  const judged = hellos.map((hello) => ({ hello, verdict: judgeHello(hello.body, hello.facts) }))
  for (const { hello, verdict } of judged) {
    if (verdict === 'behind') await catchUpWithDevice(tx, hello, now)
  }
  await setToSend(
    tx,
    judged.flatMap(({ hello, verdict }) => (verdict === 'send' ? [hello.facts.deviceId] : [])),
    now,
  )
  const have = judged.flatMap(({ hello, verdict }) => (verdict === 'same' ? [hello] : []))
  await markAccepted(
    tx,
    have.map(({ facts }) => ({ deviceId: facts.deviceId, gen: facts.gen, hash: facts.hash ?? '' })),
    now,
  )
}

/** Sends documents again, now. */
export async function setToSend(tx: Tx, deviceIds: readonly string[], now: Date): Promise<void> {
  if (deviceIds.length === 0) return
  await tx.$queryRaw`
    WITH due AS (
      SELECT device_id FROM device_desired WHERE device_id = ANY(${[...deviceIds]}::uuid[]) ORDER BY device_id FOR UPDATE),
    sent AS (
      UPDATE device_desired x SET send_at = ${now}, send_attempts = 0 FROM due WHERE x.device_id = due.device_id RETURNING 1)
    SELECT pg_notify(${notifyChannels.desired}, '')::text, count(*)::int FROM sent`
}

/** A device's word that it has a document on its disk. */
export interface Accepted {
  readonly deviceId: string
  readonly gen: number
  readonly hash: string
}

/** Notes what devices have accepted; of the newest document that also ends its sending. */
export async function markAccepted(tx: Tx, accepted: readonly Accepted[], now: Date): Promise<void> {
  const newest = new Map<string, Accepted>()
  for (const one of accepted) if (one.gen >= (newest.get(one.deviceId)?.gen ?? 0)) newest.set(one.deviceId, one)
  const rows = [...newest.values()]
  if (rows.length === 0) return
  await tx.$executeRaw`
    WITH told AS (
      SELECT x.device_id, n.gen, n.gen = x.gen AS newest FROM device_desired x
      JOIN UNNEST(${rows.map(({ deviceId }) => deviceId)}::uuid[], ${rows.map(({ gen }) => BigInt(gen))}::bigint[],
                  ${rows.map(({ hash }) => hash)}::text[]) AS n(device_id, gen, hash) USING (device_id)
      WHERE (n.gen = x.gen AND n.hash = x.hash AND (x.accepted_gen < n.gen OR x.send_at IS NOT NULL))
         OR (n.gen < x.gen AND x.accepted_gen < n.gen)
      ORDER BY x.device_id FOR UPDATE OF x)
    UPDATE device_desired x
    SET accepted_gen = GREATEST(x.accepted_gen, told.gen),
        accepted_at = CASE WHEN x.accepted_gen < told.gen THEN ${now} ELSE x.accepted_at END,
        send_at = CASE WHEN told.newest THEN NULL ELSE x.send_at END,
        rejected_code = CASE WHEN told.newest THEN NULL ELSE x.rejected_code END
    FROM told WHERE x.device_id = told.device_id`
}
