import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet, waitFor } from '@bootfleet/testkit'
import { ingestBatch } from '../device-link/ingest/ingest-batch.ts'
import { createRollout } from './create-rollout.ts'
import { StormDevice } from './storm-device.testing.ts'

let fleet: TestFleet
beforeEach(async () => void (fleet = await TestFleet.create({ devices: 1 })))
afterEach(() => fleet[Symbol.asyncDispose]())

/** Connections that wait for a lock of another one. */
async function waiting(): Promise<boolean> {
  const rows = await fleet.db.transaction(
    'system',
    (tx) => tx.$queryRaw<unknown[]>`SELECT 1 FROM pg_locks WHERE NOT granted`,
  )
  return rows.length > 0
}

test('ingest waits for a target without holding the document that its rollout is about to write', async () => {
  const release = await fleet.release(1)
  const policy = quickPolicy()
  await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
  await fleet.settle()
  const deviceId = fleet.devices[0]!.id
  const { now } = fleet.services
  const device = new StormDevice({ id: deviceId, kind: 'ok', booted: digestOf(0), chance: () => 0.3, now })
  const { gen, hash, payload } = await fleet.db.transaction('system', (tx) =>
    tx.deviceDesired.findUniqueOrThrow({ where: { deviceId } }),
  )
  device.step()
  device.receive({ gen: Number(gen), hash, payload })
  device.step()
  let ingested: Promise<unknown> = Promise.resolve()
  await fleet.db.transaction('system', async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM rollout_target WHERE device_id = ${deviceId}::uuid FOR UPDATE`
    ingested = ingestBatch(fleet.services, device.sent)
    await waitFor('ingest to wait', waiting)
    const free = tx.$queryRaw<unknown[]>`
      SELECT 1 FROM device_desired WHERE device_id = ${deviceId}::uuid FOR UPDATE SKIP LOCKED`
    expect(await free).toHaveLength(1)
  })
  await ingested
})

test('who creates and starts a rollout waits for the one under way without holding the channel', async () => {
  const policy = quickPolicy()
  const begin = (release: string) => createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
  const { id } = await begin(await fleet.release(1))
  const release = await fleet.release(2)
  let created: Promise<unknown> = Promise.resolve()
  await fleet.db.transaction('system', async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM rollout WHERE id = ${id}::uuid FOR UPDATE`
    created = begin(release)
    await waitFor('the newer one to wait', waiting)
    expect(await tx.$queryRaw<unknown[]>`SELECT 1 FROM channel FOR UPDATE SKIP LOCKED`).toHaveLength(1)
  })
  await created
})
