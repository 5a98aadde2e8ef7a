import { limits } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Admitted } from './admit.ts'
import type { ControlReply } from './inbound.ts'
import { newestPlaceSql } from './newest-place.ts'
import { newestPer } from './message-order.ts'
import { setToSend } from './write-desired-state.ts'

interface Known {
  device_id: string
  epoch: number | null
  seq: bigint | null
  boots: number
}

/**
 * Repairs what was lost, by what heartbeats tell: an old document is sent again; a connection whose hello never came, a
 * newer document than ours, a message or a boot record that is missing here make the device say everything again, and so
 * does a place in its order that is behind the one that is stored, which it is told.
 */
export async function answerHeartbeats(
  tx: Tx,
  messages: readonly Admitted<'tm/hb'>[],
  { now, greeted }: { now: Date; greeted: ReadonlySet<string> },
): Promise<ControlReply[]> {
  const beats = newestPer(messages, ({ facts }) => facts.deviceId).filter(({ facts }) => !greeted.has(facts.deviceId))
  if (beats.length === 0) return []
  const late = beats.filter(({ body, facts }) => body.gen < facts.gen).map(({ facts }) => facts.deviceId)
  await setToSend(tx, await notScheduled(tx, late), now)
  const known = new Map((await readKnown(tx, beats)).map((row) => [row.device_id, row]))
  return beats.flatMap((beat): ControlReply[] => {
    const { deviceId } = beat.facts
    const stored = known.get(deviceId)
    const place = { epoch: stored?.epoch ?? 0, seq: Number(stored?.seq ?? 0) }
    if (place.epoch > beat.envelope.epoch) return [{ deviceId, control: { kind: 'resync', known: place } }]
    const seq = place.epoch === beat.envelope.epoch ? place.seq : 0
    return isIncomplete(beat, { seq, boots: stored?.boots ?? 0 }) ? [{ deviceId, control: { kind: 'resync' } }] : []
  })
}

function isIncomplete(
  { body, facts, envelope }: Admitted<'tm/hb'>,
  stored: { readonly seq: number; readonly boots: number },
): boolean {
  // Directly before the heartbeat there may have been a message that nobody keeps, such as another heartbeat.
  const gap = body.lastSeq < envelope.seq - 1 && stored.seq < body.lastSeq
  const missingBoots = stored.boots < Math.min(body.boots, limits.bootsKept)
  return gap || missingBoots || body.conn !== facts.conn || body.gen > facts.gen
}

/** The newest place in the order of this incarnation that is stored, and how many boot records there are. */
function readKnown(tx: Tx, beats: readonly Admitted<'tm/hb'>[]): Promise<Known[]> {
  return tx.$queryRaw<Known[]>`
    SELECT n.device_id::text, known.epoch, known.seq,
      (SELECT count(*) FROM boot_record b WHERE b.device_id = n.device_id)::int AS boots
    FROM UNNEST(${beats.map(({ facts }) => facts.deviceId)}::uuid[], ${beats.map(({ envelope }) => envelope.inc)}::int[])
      AS n(device_id, inc)
    LEFT JOIN LATERAL (${newestPlaceSql}) AS known ON true`
}

async function notScheduled(tx: Tx, deviceIds: readonly string[]): Promise<string[]> {
  if (deviceIds.length === 0) return []
  const rows = await tx.$queryRaw<{ device_id: string }[]>`
    SELECT device_id::text FROM device_desired WHERE device_id = ANY(${[...deviceIds]}::uuid[]) AND send_at IS NULL`
  return rows.map(({ device_id }) => device_id)
}
