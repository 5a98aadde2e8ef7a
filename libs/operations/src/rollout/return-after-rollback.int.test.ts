import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { explainDevice } from '../device/explain-device.ts'
import { updateDevice } from '../device/update-device.ts'
import { abortRollout } from './abort-rollout.ts'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { rollBackRollout } from './roll-back-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

async function start(input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const release = input.release ?? (await fleet.release(1))
  const { id } = await createRollout(fleet.ctx, {
    channel: 'edge-stable',
    release,
    policy: atOnce(),
    start: 'now',
    ...input,
  })
  await fleet.settle()
  return id
}

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const childOf = async (parent: string) => (await read(parent)).rollback?.id ?? ''

async function run(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

async function targetsOf(rollout: string) {
  const { items } = await listTargets(fleet.ctx, { rollout, limit: 10 })
  return fleet.devices.map(({ id }) => items.find(({ deviceId }) => deviceId === id))
}

const atOnce = () => quickPolicy({ waves: [], rest: { soakSec: 0 } })
const daySec = 86_400
const images = () => fleet.devices.map(({ booted }) => booted)

/** A completed rollout that was rolled back while the last devices were away. Its id. */
async function rolledBackWithout(away: number): Promise<string> {
  const id = await start({ policy: atOnce() })
  await run(6)
  expect((await read(id)).state).toBe('completed')
  for (const device of fleet.devices.slice(-away)) await device.disconnect()
  await rollBackRollout(fleet.ctx, { rollout: id })
  await run(4)
  fleet.clock.advance(8 * daySec)
  await run(2)
  expect((await read(id)).state).toBe('rolled_back')
  return id
}

test('a device that was away for the whole of a roll-back goes back when it returns, however late', async () => {
  fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })
  const id = await rolledBackWithout(2)
  const child = await childOf(id)
  const [, one, other] = fleet.devices
  const [before] = [await read(child)]
  expect(before).toMatchObject({ state: 'completed', counts: { succeeded: 1, skipped: 2 } })
  const told = (await explainDevice(fleet.ctx, { id: one!.id })).reasons.map(({ message }) => message).join(' ')
  expect(told).toContain('goes back when it returns')
  const waiting = (await explainRollout(fleet.ctx, { rollout: id })).reasons
  expect(waiting).toContainEqual(expect.objectContaining({ code: 'rollout.rollback', back: 1, away: 2 }))
  fleet.clock.advance(60 * daySec)
  await fleet.settle()
  await one!.connect()
  await other!.connect()
  await fleet.settle()
  expect(await read(child)).toMatchObject({ state: 'completed', counts: { offered: 2, skipped: 0 } })
  await fleet.reportAll()
  expect((await read(child)).counts).toMatchObject({ granted: 1, staged: 1 })
  const { reasons } = await explainDevice(fleet.ctx, { id: one!.id })
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'rollout.rollback', rollback: child }))
  await run(6)
  expect(images()).toEqual([0, 0, 0].map(digestOf))
  const after = await read(child)
  expect(after).toMatchObject({ state: 'completed', because: before!.because, endedAt: before!.endedAt, eligible: 3 })
  expect(after.counts).toMatchObject({ succeeded: 3, skipped: 0 })
  expect(await read(id)).toMatchObject({ state: 'rolled_back', rollback: { counts: { succeeded: 3 } } })
})

test('a device that comes back after it was granted its reboot is judged by what it runs then', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  for (const device of fleet.devices) device.behaviour = 'never-returns'
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 }, timeouts: { applySec: 60 } }) })
  await run(1)
  await fleet.reportAll()
  expect(fleet.devices.every(({ connected }) => !connected)).toBe(true)
  await rollBackRollout(fleet.ctx, { rollout: id })
  await run(1)
  fleet.clock.advance(8 * daySec)
  await run(3)
  expect((await read(id)).state).toBe('rolled_back')
  const child = await childOf(id)
  for (const target of await targetsOf(child)) expect(target).toMatchObject({ state: 'skipped', reason: 'unreachable' })
  const [booted, fellBack, moved] = fleet.devices
  booted!.booted = digestOf(1)
  booted!.slot = digestOf(0)
  moved!.booted = digestOf(7)
  for (const device of fleet.devices) {
    device.behaviour = 'ok'
    await device.connect()
  }
  await run(5)
  expect(images()).toEqual([0, 0, 7].map(digestOf))
  expect(booted!.boots).toBe(2)
  expect(fellBack!.boots).toBe(1)
  expect(await targetsOf(child)).toMatchObject([
    { state: 'succeeded' },
    { state: 'skipped', reason: 'already_on_digest' },
    { state: 'skipped', reason: 'other_image' },
  ])
})

test('a roll-back that runs takes in again whom it had given up', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const timeouts = { giveUpAfterSec: 120, unreachableAfterSec: 60 }
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 }, timeouts }) })
  await run(4)
  const [, away] = fleet.devices
  await away!.disconnect()
  await rollBackRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  fleet.clock.advance(200)
  await fleet.settle()
  const child = await childOf(id)
  expect(await read(child)).toMatchObject({ state: 'running', counts: { offered: 1, skipped: 1 } })
  await away!.connect()
  await run(4)
  expect(await read(child)).toMatchObject({ state: 'completed', counts: { succeeded: 2, skipped: 0 } })
  expect((await read(id)).state).toBe('rolled_back')
})

test('what a newer rollout has given a device is not taken back, and a newer one that is aborted is no longer waited for', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const id = await rolledBackWithout(3)
  const child = await childOf(id)
  const [, given, kept, late] = fleet.devices
  await updateDevice(fleet.ctx, { id: given!.id, labels: { site: 'a' } })
  await updateDevice(fleet.ctx, { id: kept!.id, labels: { site: 'b' } })
  const newer = await start({ release: await fleet.release(2), policy: atOnce(), selector: 'site=a' })
  const shelved = await start({ release: await fleet.release(3), policy: atOnce(), selector: 'site=b' })
  expect((await read(newer)).state).toBe('superseded')
  const again = await start({ release: await fleet.release(4), policy: atOnce(), selector: 'site=a' })
  expect((await read(shelved)).state).toBe('superseded')
  await given!.connect()
  await kept!.connect()
  await run(4)
  expect(images()).toEqual([0, 4, 0, 1].map(digestOf))
  await run(2)
  expect((await targetsOf(child)).map((target) => [target?.state, target?.reason])).toEqual([
    ['succeeded', null],
    ['skipped', expect.stringMatching(/superseded|taken_over/)],
    ['succeeded', null],
    ['skipped', 'unreachable'],
  ])
  expect((await read(again)).state).toBe('completed')
  const whole = await start({ release: await fleet.release(5), policy: quickPolicy() })
  await late!.connect()
  await fleet.settle()
  expect((await targetsOf(child))[3]).toMatchObject({ state: 'skipped' })
  await abortRollout(fleet.ctx, { rollout: whole })
  await run(4)
  expect((await read(whole)).state).toBe('aborted')
  expect(late!.booted).toBe(digestOf(0))
})

test('a roll-back that was aborted takes nobody back any more', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const id = await start({ policy: atOnce() })
  await run(6)
  await fleet.devices[1]!.disconnect()
  await rollBackRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  const child = await childOf(id)
  await abortRollout(fleet.ctx, { rollout: child })
  await run(3)
  await fleet.devices[1]!.connect()
  await run(4)
  expect(await read(child)).toMatchObject({ state: 'aborted', counts: { succeeded: 0 } })
  expect(images()).toEqual([digestOf(1), digestOf(1)])
})

test('a device that joins while a roll-back runs is none of its business: it is not given what the others leave', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const joining = fleet.devices[2]!
  await updateDevice(fleet.ctx, { id: joining.id, labels: { ring: 'other' } })
  const policy = { ...atOnce(), lateJoiners: 'append' as const }
  const id = await start({ policy, selector: 'ring!=other' })
  await run(6)
  await rollBackRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  await updateDevice(fleet.ctx, { id: joining.id, labels: {} })
  await run(8)
  expect((await read(id)).state).toBe('rolled_back')
  expect((await targetsOf(await childOf(id)))[2]).toBeUndefined()
  expect(images()).toEqual([digestOf(0), digestOf(0), digestOf(0)])
})

test('who has the release from an earlier rollout that this one took the place of goes back with it, also who was rebooting for that', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const [booted, fellBack, silent] = fleet.devices
  for (const device of [booted, fellBack, silent]) device!.behaviour = 'never-returns'
  const release = await fleet.release(1)
  const timeouts = { applySec: 600, giveUpAfterSec: 60, unreachableAfterSec: 60 }
  const policy = quickPolicy({ waves: [], rest: { soakSec: 0 }, timeouts })
  const first = await start({ release, policy })
  await run(2)
  expect((await read(first)).counts).toMatchObject({ rebooting: 3, succeeded: 1 })
  const second = await start({ release, policy })
  expect(await read(first)).toMatchObject({ state: 'superseded', supersededBy: second })
  await rollBackRollout(fleet.ctx, { rollout: second })
  await run(2)
  const child = await childOf(second)
  expect(await read(child)).toMatchObject({ state: 'running', counts: { pending: 3 } })
  booted!.booted = digestOf(1)
  booted!.slot = digestOf(0)
  for (const device of [booted, fellBack]) {
    device!.behaviour = 'ok'
    await device!.connect()
  }
  await run(6)
  fleet.clock.advance(600)
  await run(3)
  expect(await read(second)).toMatchObject({ state: 'rolled_back' })
  expect(images()).toEqual([0, 0, 0, 0].map(digestOf))
  expect((await targetsOf(child)).map((target) => [target?.state, target?.reason])).toEqual([
    ['succeeded', null],
    ['skipped', 'already_on_digest'],
    ['skipped', 'unreachable'],
    ['succeeded', null],
  ])
  silent!.booted = digestOf(1)
  silent!.slot = digestOf(0)
  silent!.behaviour = 'ok'
  await silent!.connect()
  await run(6)
  expect(silent!.booted).toBe(digestOf(0))
})

test('a device that soaks for the rollout before goes back at once', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const release = await fleet.release(1)
  const first = await start({ release, policy: quickPolicy({ waves: [], rest: { soakSec: daySec } }) })
  await run(3)
  expect((await read(first)).counts).toMatchObject({ soaking: 1 })
  const second = await start({ release })
  expect((await read(second)).counts).toMatchObject({ pending: 1 })
  await rollBackRollout(fleet.ctx, { rollout: second })
  await run(4)
  expect(images()).toEqual([digestOf(0)])
  expect((await read(second)).state).toBe('rolled_back')
  expect(await targetsOf(first)).toMatchObject([{ state: 'reverted', reason: 'rolled_back' }])
})

test('a rollout that is rolled back while its list is still being made is listed to its end first', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const [device] = fleet.devices
  device!.behaviour = 'never-returns'
  const release = await fleet.release(1)
  const first = await start({ release })
  await run(2)
  expect((await read(first)).counts).toMatchObject({ rebooting: 1 })
  const input = { channel: 'edge-stable', release, policy: atOnce(), start: 'now' } as const
  const { id: second } = await createRollout(fleet.ctx, input)
  await rollBackRollout(fleet.ctx, { rollout: second })
  const child = await childOf(second)
  while ((await advanceRollout(fleet.services, { rolloutId: child })).more);
  expect((await read(child)).counts).toMatchObject({ pending: 1 })
  expect((await read(second)).counts).toMatchObject({ pending: 1 })
})
