import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout } from '../rollout/create-rollout.ts'
import { getRollout } from '../rollout/get-rollout.ts'
import { listTargets } from '../rollout/list-targets.ts'
import { previewRollout } from '../rollout/preview-rollout.ts'
import { pinDevice, unpinDevice } from './pin-device.ts'
import { retryDevice } from './retry-device.ts'

let fleet: TestFleet
beforeEach(async () => void (fleet = await TestFleet.create({ devices: 2 })))
afterEach(() => fleet[Symbol.asyncDispose]())

const policy = quickPolicy({ waves: [], rest: { soakSec: 0, gate: { maxFailures: 1, minSuccessPercent: 50 } } })

async function start(release: string): Promise<string> {
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
  await fleet.settle()
  return id
}

async function run(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

async function targetOf(rollout: string, device: string) {
  const { items } = await listTargets(fleet.ctx, { rollout, limit: 10 })
  return items.find(({ deviceId }) => deviceId === device)
}

test('a pinned device is taken out of the rollout of another release, and is in the next one once it is unpinned', async () => {
  const [pinned, other] = fleet.devices
  const [first, second] = [await fleet.release(1), await fleet.release(2)]
  const id = await start(second)
  expect(await pinDevice(fleet.ctx, { id: pinned!.id, release: first })).toMatchObject({ pinnedReleaseId: first })
  await fleet.settle()
  expect(await targetOf(id, pinned!.id)).toMatchObject({ state: 'skipped', reason: 'pinned' })
  await run(4)
  expect([pinned!.booted, other!.booted]).toEqual([digestOf(0), digestOf(2)])
  const recipe = { channel: 'edge-stable', policy, start: 'draft' } as const
  const third = await fleet.release(3)
  expect((await previewRollout(fleet.ctx, { ...recipe, release: third })).excluded).toMatchObject([{ count: 1 }])
  await unpinDevice(fleet.ctx, { id: pinned!.id })
  expect(await unpinDevice(fleet.ctx, { id: pinned!.id })).toMatchObject({ pinnedReleaseId: null })
  expect((await previewRollout(fleet.ctx, { ...recipe, release: third })).excluded).toEqual([])
})

test('a device is not pinned to a release without an image for it', async () => {
  const [device] = fleet.devices
  const release = await fleet.release(1)
  await fleet.db.transaction('system', (tx) =>
    tx.device.update({ where: { id: device!.id }, data: { architecture: 's390x' } }),
  )
  const pin = pinDevice(fleet.ctx, { id: device!.id, release })
  await expect(pin).rejects.toMatchObject({ code: 'invalid', reason: 'no_manifest', field: 'release' })
})

test('one failed device is tried again while the rollout goes on, and the others stay as they are', async () => {
  const [broken, other] = fleet.devices
  broken!.behaviour = 'fails-to-boot'
  const id = await start(await fleet.release(1))
  // The other one does not end, so that the rollout stays open.
  await other!.disconnect()
  await run(3)
  expect(await targetOf(id, broken!.id)).toMatchObject({ state: 'rolled_back' })
  broken!.behaviour = 'ok'
  broken!.quarantined = []
  await retryDevice(fleet.ctx, { id: broken!.id })
  await run(4)
  expect(broken!.booted).toBe(digestOf(1))
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({ state: 'running', counts: { succeeded: 1 } })
  await expect(retryDevice(fleet.ctx, { id: broken!.id })).rejects.toMatchObject({ reason: 'nothing_to_retry' })
})

test('a device that came back ahead of this server is given images again when an operator says so', async () => {
  const [device] = fleet.devices
  await fleet.db.transaction('system', (tx) =>
    tx.deviceDesired.update({ where: { deviceId: device!.id }, data: { heldSince: new Date() } }),
  )
  expect((await retryDevice(fleet.ctx, { id: device!.id })).desired).toMatchObject({ heldSince: null })
  const id = await start(await fleet.release(1))
  await run(4)
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({ state: 'completed', counts: { succeeded: 2 } })
})
