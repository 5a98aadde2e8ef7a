import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'
import type { ControlReply } from './inbound.ts'
import { newestPer } from './message-order.ts'
import { newestPlaceSql } from './newest-place.ts'

/** One device's event about this is enough for so long, however often it says hello. */
const quietMs = 10 * 60_000

interface Behind {
  device_id: string
  organization_id: string
  own: number
  epoch: number
  seq: bigint
}

/**
 * A device whose state was restored from an older copy counts its starts from there, and all that it says is older than
 * what is stored. It is told the newest place in its order, so that it goes on beyond. A hello that was only repeated
 * gets no answer; one that came late gets one that its device, which is beyond that, need not heed.
 */
export async function answerStaleHellos(
  tx: Tx,
  { hellos, applied }: { hellos: readonly Admitted<'up/hello'>[]; applied: readonly Admitted<'up/hello'>[] },
  now: Date,
): Promise<ControlReply[]> {
  const fresh = new Set(applied.map(({ facts }) => facts.deviceId))
  const stale = newestPer(hellos, ({ facts }) => facts.deviceId).filter(({ facts }) => !fresh.has(facts.deviceId))
  if (stale.length === 0) return []
  const rows = await tx.$queryRaw<Behind[]>`
    SELECT n.device_id::text, n.organization_id::text, n.epoch AS own, known.epoch, known.seq
    FROM UNNEST(
      ${stale.map(({ facts }) => facts.deviceId)}::uuid[], ${stale.map(({ facts }) => facts.organizationId)}::uuid[],
      ${stale.map(({ body }) => body.conn)}::text[], ${stale.map(({ envelope }) => envelope.inc)}::int[],
      ${stale.map(({ envelope }) => envelope.epoch)}::int[], ${stale.map(({ envelope }) => BigInt(envelope.seq))}::bigint[])
      AS n(device_id, organization_id, conn, inc, epoch, seq)
    CROSS JOIN LATERAL (${newestPlaceSql}) AS known
    WHERE (known.epoch, known.seq) > (n.epoch, n.seq)
      AND NOT EXISTS (SELECT 1 FROM device_document h WHERE h.device_id = n.device_id AND h.kind = 'hello' AND h.hash = n.conn)`
  await writeEvents(tx, rows, now)
  return rows.map(({ device_id, epoch, seq }) => ({
    deviceId: device_id,
    control: { kind: 'resync', known: { epoch, seq: Number(seq) } },
  }))
}

async function writeEvents(tx: Tx, rows: readonly Behind[], now: Date): Promise<void> {
  const restored = rows.filter(({ own, epoch }) => own < epoch)
  if (restored.length === 0) return
  const because = restored.map(({ own, epoch }) => ({
    code: 'state_restored',
    message:
      `The device says that this is start ${own} of its agent, and this server has messages of start ${epoch}: its state was ` +
      'restored from an older copy or lost, or a second machine has its identity. It is told to go on from there.',
    deviceEpoch: own,
    serverEpoch: epoch,
  }))
  await tx.$executeRaw`
    INSERT INTO device_event (organization_id, device_id, at, kind, because)
    SELECT n.organization_id, n.device_id, ${now}, 'state_restored', n.because::jsonb
    FROM UNNEST(${restored.map((row) => row.organization_id)}::uuid[], ${restored.map((row) => row.device_id)}::uuid[],
                ${because.map((one) => JSON.stringify(one))}::text[]) AS n(organization_id, device_id, because)
    WHERE NOT EXISTS (
      SELECT 1 FROM device_event e WHERE e.device_id = n.device_id AND e.kind = 'state_restored'
        AND e.at > ${new Date(now.getTime() - quietMs)})`
}
