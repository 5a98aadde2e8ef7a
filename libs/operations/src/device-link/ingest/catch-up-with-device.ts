import { notifyChannels, type HelloBody } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { buildDesired, encodeDesired, idleContent, parseDesired } from '../../desired/build-desired.ts'
import type { DeviceFacts } from './device-facts.ts'

/**
 * The device has a document that this server does not know: it was restored from a backup. It goes on with the next
 * number, wants nothing of the device and holds it until an operator resumes it.
 */
export async function catchUpWithDevice(
  tx: Tx,
  { facts, body }: { facts: DeviceFacts; body: Pick<HelloBody, 'lastGen'> },
  now: Date,
): Promise<void> {
  const { deviceId, organizationId } = facts
  const [row] = await tx.$queryRaw<{ gen: bigint; payload: string }[]>`
    SELECT gen, payload FROM device_desired WHERE device_id = ${deviceId}::uuid FOR UPDATE`
  if (!row || Number(row.gen) > body.lastGen) return
  const { ops, keys } = parseDesired(row.payload)
  const gen = body.lastGen + 1
  const document = buildDesired({ content: idleContent(deviceId, ops), gen, issuedAt: now, keys })
  const { payload, hash } = encodeDesired(document)
  await tx.$executeRaw`
    UPDATE device_desired SET gen = ${BigInt(gen)}, payload = ${payload}, hash = ${hash}, rollout_id = NULL, updated_at = ${now},
      send_at = ${now}, send_attempts = 0, rejected_code = NULL, held_since = COALESCE(held_since, ${now})
    WHERE device_id = ${deviceId}::uuid`
  await tx.$queryRaw`SELECT pg_notify(${notifyChannels.desired}, '')::text`
  const message =
    `The device has document ${body.lastGen} and this server only knew of ${row.gen}: its database was restored from a ` +
    'backup. Nothing new is given to the device until an operator resumes it.'
  await tx.deviceEvent.createMany({
    data: {
      organizationId,
      deviceId,
      at: now,
      kind: 'server_behind',
      because: { code: 'server_behind', message, deviceGen: body.lastGen, serverGen: Number(row.gen) },
    },
  })
}
