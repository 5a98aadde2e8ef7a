import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { removeDevice } from '../device/remove-device.ts'
import { updateDevice } from '../device/update-device.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'

let fleet: TestFleet
beforeEach(async () => void (fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })))
afterEach(() => fleet[Symbol.asyncDispose]())

async function start(selector?: string): Promise<string> {
  const release = await fleet.release(1)
  const policy = quickPolicy({ waves: [], rest: { soakSec: 0 } })
  const input = { channel: 'edge-stable', release, policy, start: 'now', ...(selector && { selector }) } as const
  const { id } = await createRollout(fleet.ctx, input)
  await fleet.settle()
  return id
}

async function run(rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

function system<T>(work: Parameters<typeof fleet.db.transaction<T>>[1]): Promise<T> {
  return fleet.db.transaction('system', work)
}

async function targetOf(rollout: string, device: string) {
  return (await listTargets(fleet.ctx, { rollout, limit: 10 })).items.find(({ deviceId }) => deviceId === device)
}

async function desiredOf(deviceId: string) {
  const { payload } = await system((tx) => tx.deviceDesired.findUniqueOrThrow({ where: { deviceId } }))
  return JSON.parse(payload) as { image: { ref: string } | null; apply: { phase: string } }
}

test('a device that moves to another group before its grant is taken out, and wants nothing any more', async () => {
  const id = await start()
  const [device] = fleet.devices
  const name = 'elsewhere'
  const { organizationId } = fleet.ctx
  const group = { id: randomUUID(), organizationId, name, budget: {}, windows: [], blackouts: [] }
  await system((tx) => tx.deviceGroup.create({ data: group }))
  await updateDevice(fleet.ctx, { id: device!.id, group: name })
  await fleet.settle()
  expect(await targetOf(id, device!.id)).toMatchObject({ state: 'skipped', reason: 'moved' })
  expect(await desiredOf(device!.id)).toMatchObject({ image: null, apply: { phase: 'none' } })
  await run()
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({ state: 'completed', counts: { succeeded: 2 } })
})

test('a device whose labels stop matching the selector is taken out', async () => {
  await system((tx) => tx.device.updateMany({ data: { labels: { site: 'a' } } }))
  const id = await start('site=a')
  const [device] = fleet.devices
  await updateDevice(fleet.ctx, { id: device!.id, labels: { site: 'b' } })
  await fleet.settle()
  expect(await targetOf(id, device!.id)).toMatchObject({ state: 'skipped', reason: 'relabelled' })
})

test('a removed device holds no slot and no place', async () => {
  const id = await start()
  const [first] = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items
  const dead = fleet.devices.find((device) => device.id === first?.deviceId)!
  dead.behaviour = 'never-returns'
  await run(2)
  expect(await system((tx) => tx.budgetSlot.count())).toBe(1)
  await removeDevice(fleet.ctx, { id: dead.id })
  await run()
  expect(await system((tx) => tx.budgetSlot.count())).toBe(0)
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({ state: 'completed', counts: { succeeded: 2 } })
})

test('a device that is enrolled again as another architecture gets the image for that, or is left out', async () => {
  const id = await start()
  const [arm, other] = fleet.devices
  const { release } = await getRollout(fleet.ctx, { rollout: id })
  const image = { architecture: 'arm64', manifestDigest: digestOf(7), configDigest: digestOf(8) }
  const { organizationId } = fleet.ctx
  const manifest = { ...image, releaseId: release.id, organizationId, sizeBytes: 1n, layers: [] }
  await system(async (tx) => {
    await tx.releaseManifest.create({ data: manifest })
    await tx.device.update({ where: { id: arm!.id }, data: { architecture: 'arm64' } })
    await tx.device.update({ where: { id: other!.id }, data: { architecture: 'riscv64' } })
  })
  for (const device of [arm!, other!]) await device.connect()
  await fleet.settle()
  expect((await desiredOf(arm!.id)).image?.ref).toContain(digestOf(7))
  expect(await targetOf(id, other!.id)).toMatchObject({ state: 'skipped', reason: 'no_manifest' })
  await run()
  expect(arm!.booted).toBe(digestOf(7))
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({ state: 'completed', counts: { succeeded: 2 } })
})

test('a device that came back ahead of this server is left to a person, and given nothing', async () => {
  const id = await start()
  const [device] = fleet.devices
  await system((tx) => tx.deviceDesired.update({ where: { deviceId: device!.id }, data: { heldSince: new Date() } }))
  await run()
  expect(await targetOf(id, device!.id)).toMatchObject({ state: 'skipped', reason: 'server_behind' })
  expect(device!.boots).toBe(0)
})
