import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { updateRelease } from '../release/update-release.ts'
import { abortRollout } from './abort-rollout.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listRolloutEvents } from './list-rollout-events.ts'
import { listTargets } from './list-targets.ts'
import { pauseRollout } from './pause-rollout.ts'
import { resumeRollout } from './resume-rollout.ts'
import { retryRollout } from './retry-rollout.ts'
import { rollBackRollout } from './roll-back-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

async function start(input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const release = input.release ?? (await fleet.release(1))
  const policy = quickPolicy()
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now', ...input })
  await fleet.settle()
  return id
}

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const childOf = async (parent: string) => {
  const { rollback } = await read(parent)
  if (!rollback) throw new Error('no roll-back')
  return rollback.id
}

/** Devices report until nothing changes any more; soaks pass. */
async function run(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

test('a running rollout is rolled back: whoever has the release goes back to its own image, the others stay', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const id = await start({ policy: quickPolicy({ waves: [{ name: 'canary', size: { count: 2 }, soakSec: 600 }] }) })
  await run(4)
  expect((await read(id)).counts).toMatchObject({ soaking: 2, pending: 2 })
  await rollBackRollout(fleet.ctx, { rollout: id })
  const rolling = await read(id)
  expect([rolling.state, rolling.because.code]).toEqual(['rolling_back', 'operator.roll_back'])
  await run(8)
  const [parent, child] = [await read(id), await read(await childOf(id))]
  expect(parent).toMatchObject({
    state: 'rolled_back',
    because: { code: 'rollout.rolled_back' },
    counts: { reverted: 2, skipped: 2 },
  })
  expect(child).toMatchObject({
    kind: 'rollback',
    parentId: id,
    state: 'completed',
    counts: { succeeded: 2 },
    eligible: 2,
  })
  expect(fleet.devices.map(({ booted }) => booted)).toEqual(fleet.devices.map(() => digestOf(0)))
  expect(fleet.devices.filter(({ boots }) => boots === 2)).toHaveLength(2)
  const targets = (await listTargets(fleet.ctx, { rollout: child.id, limit: 10 })).items
  expect(targets.map(({ digest, fromDigest }) => [digest, fromDigest])).toEqual([
    [digestOf(0), digestOf(1)],
    [digestOf(0), digestOf(1)],
  ])
})

test('a gate that trips takes the fleet back by itself, also who is down with the release; who fails there is named', async () => {
  fleet = await TestFleet.create({ devices: 4, maxUnavailable: 2 })
  for (const device of fleet.devices) device.behaviour = 'unhealthy'
  const gate = { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 }
  const waves = [{ name: 'canary', size: { count: 2 }, soakSec: 0, gate }]
  const timeouts = { applySec: 60, healthSec: 60 }
  const id = await start({ policy: quickPolicy({ waves, timeouts, onTrip: 'rollback' }) })
  await run(3)
  const tried = fleet.devices.filter(({ boots }) => boots > 0)
  expect(tried.map(({ booted }) => booted)).toEqual([digestOf(1), digestOf(1)])
  const [well, ill] = tried
  // Both are down, so the budget is full: going back they take no other slot.
  fleet.clock.advance(180)
  await fleet.settle()
  expect(await read(id)).toMatchObject({ state: 'rolling_back', because: { code: 'gate.too_many_failures' } })
  await fleet.reportAll()
  await fleet.reportAll()
  well!.behaviour = 'ok'
  await run(3)
  expect(tried.map(({ booted }) => booted)).toEqual([digestOf(0), digestOf(0)])
  fleet.clock.advance(180)
  await run(2)
  const child = await read(await childOf(id))
  expect(child).toMatchObject({ state: 'completed', because: { back: 1, failed: 1 } })
  const { items } = await listTargets(fleet.ctx, { rollout: child.id, state: 'failed', limit: 10 })
  expect(items).toMatchObject([{ deviceId: ill!.id, because: { code: 'target.health_timeout' } }])
  expect((await read(id)).state).toBe('rolled_back')
  expect(fleet.devices.filter(({ boots }) => boots === 0)).toHaveLength(2)
})

test('a completed rollout is rolled back; its roll-back can be paused, and aborted, and the rollout goes on', async () => {
  fleet = await TestFleet.create({ devices: 4, maxUnavailable: 1 })
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 } }) })
  await run(7)
  expect((await read(id)).state).toBe('completed')
  const [moved, wiped] = fleet.devices
  moved!.booted = digestOf(7)
  await moved!.connect()
  wiped!.slot = digestOf(8)
  await wiped!.report('healthy')
  await rollBackRollout(fleet.ctx, { rollout: id })
  const channel = await fleet.db.transaction('system', (tx) =>
    tx.channel.findUniqueOrThrow({ where: { id: fleet.channelId } }),
  )
  expect([channel.currentReleaseId, channel.currentRolloutId]).toEqual([null, null])
  const child = await childOf(id)
  await fleet.settle()
  const skipped = (await listTargets(fleet.ctx, { rollout: child, state: 'skipped', limit: 10 })).items
  expect(new Map(skipped.map(({ deviceId, reason }) => [deviceId, reason]))).toEqual(
    new Map([
      [moved!.id, 'other_image'],
      [wiped!.id, 'no_last_good'],
    ]),
  )
  await pauseRollout(fleet.ctx, { rollout: child })
  await run(3)
  const paused = [await read(id), await read(child)].map(({ state }) => state)
  expect(paused).toEqual(['rolling_back', 'paused'])
  const back = () => fleet.devices.filter(({ booted }) => booted === digestOf(0)).length
  expect(back()).toBeLessThan(2)
  expect((await read(id)).because.message).toContain(`Its roll-back ${child} is paused`)
  for (const verb of [pauseRollout, abortRollout, resumeRollout, retryRollout])
    await expect(verb(fleet.ctx, { rollout: id })).rejects.toMatchObject({
      code: 'illegal_transition',
      reason: 'rolled_back_by',
      message: `The rollout is rolled back: pause, resume or abort its roll-back ${child}.`,
    })
  await expect(rollBackRollout(fleet.ctx, { rollout: child })).rejects.toMatchObject({ reason: 'is_rollback' })
  await resumeRollout(fleet.ctx, { rollout: child })
  await run(2)
  expect(back()).toBe(1)
  await abortRollout(fleet.ctx, { rollout: child })
  await run(3)
  expect(await read(child)).toMatchObject({ state: 'aborted', verbs: { 'roll-back': { allowed: false } } })
  expect(await read(id)).toMatchObject({
    state: 'paused',
    because: { code: 'rollout.rollback_aborted', rollback: child },
  })
  await resumeRollout(fleet.ctx, { rollout: id })
  await run(6)
  expect(await read(id)).toMatchObject({ state: 'completed' })
  expect(back()).toBe(0)
  const kinds = (await listRolloutEvents(fleet.ctx, { rollout: id, limit: 200 })).items.map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'target.reopened')).not.toHaveLength(0)
  // It can be rolled back again, by a roll-back of its own.
  await rollBackRollout(fleet.ctx, { rollout: id })
  await run(8)
  expect(await childOf(id)).not.toBe(child)
  expect((await read(id)).state).toBe('rolled_back')
})

test('who came back while its rollout was being rolled back takes part when that is aborted', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [, away] = fleet.devices
  await away!.disconnect()
  const timeouts = { giveUpAfterSec: 60, unreachableAfterSec: 60 }
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 }, timeouts }) })
  await run(6)
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 1, skipped: 1 } })
  await rollBackRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  await away!.connect()
  await fleet.settle()
  await abortRollout(fleet.ctx, { rollout: await childOf(id) })
  await fleet.settle()
  await resumeRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  const { items } = await listTargets(fleet.ctx, { rollout: id, limit: 10 })
  expect(items.find(({ deviceId }) => deviceId === away!.id)).toMatchObject({ state: 'offered' })
})

test('who had the release from a rollout before and went back gets it again when the roll-back is aborted', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const [back, never, away] = fleet.devices
  await never!.disconnect()
  const release = await fleet.release(1)
  const policy = quickPolicy({ waves: [], rest: { soakSec: 0 } })
  await start({ release, policy })
  await run(3)
  const id = await start({ release, policy })
  expect((await read(id)).counts).toMatchObject({ skipped: 2, pending: 1 })
  await away!.disconnect()
  await rollBackRollout(fleet.ctx, { rollout: id })
  await run(3)
  expect(back!.booted).toBe(digestOf(0))
  await abortRollout(fleet.ctx, { rollout: await childOf(id) })
  await run(1)
  await resumeRollout(fleet.ctx, { rollout: id })
  await run(4)
  expect(back!.booted).toBe(digestOf(1))
  expect((await read(id)).counts).toMatchObject({ succeeded: 1, skipped: 1, pending: 1 })
})

test('who failed to go back is tried again when somebody says so, also after the roll-back has completed', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [well, ill] = fleet.devices
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 } }) })
  await run(4)
  ill!.behaviour = 'fails-to-boot'
  await rollBackRollout(fleet.ctx, { rollout: id })
  await run(6)
  const child = await childOf(id)
  const over = await read(child)
  expect(over).toMatchObject({ state: 'completed', counts: { succeeded: 1, rolled_back: 1 } })
  expect((await read(id)).state).toBe('rolled_back')
  expect([over.verbs.retry, over.verbs.promote.allowed]).toEqual([{ allowed: true }, false])
  ill!.behaviour = 'ok'
  ill!.quarantined = []
  await retryRollout(fleet.ctx, { rollout: child })
  await run(4)
  expect([well!.booted, ill!.booted]).toEqual([digestOf(0), digestOf(0)])
  expect(await read(child)).toMatchObject({ state: 'completed', because: over.because, counts: { succeeded: 2 } })
  await expect(retryRollout(fleet.ctx, { rollout: id })).rejects.toMatchObject({ code: 'illegal_transition' })
  await expect(retryRollout(fleet.ctx, { rollout: child })).rejects.toMatchObject({ reason: 'nothing_to_retry' })
  await expect(rollBackRollout(fleet.ctx, { rollout: child })).rejects.toThrow('It is over: roll a release out')
  // What is newer has the devices now.
  await start({ release: await fleet.release(2), policy: quickPolicy({ waves: [], rest: { soakSec: 0 } }) })
  await run(4)
  await expect(retryRollout(fleet.ctx, { rollout: child })).rejects.toMatchObject({ code: 'illegal_transition' })
  expect((await read(child)).verbs.retry.allowed).toBe(false)
})

/** Three releases, the second a barrier, and devices on the image of one of them each. */
async function throughBarrier(images: readonly number[]): Promise<string> {
  fleet = await TestFleet.create({ devices: images.length })
  const releases: string[] = []
  for (const tag of [1, 2, 3]) {
    fleet.clock.advance(1)
    releases.push(await fleet.release(tag))
  }
  await updateRelease(fleet.ctx, { id: releases[1]!, barrier: true })
  for (const [index, image] of images.entries()) await fleet.devices[index]!.regress(digestOf(image))
  await fleet.settle()
  return start({ release: releases[2]!, policy: quickPolicy({ waves: [], rest: { soakSec: 100 } }) })
}

async function targetsOf(rollout: string) {
  const { items } = await listTargets(fleet.ctx, { rollout, limit: 10 })
  return fleet.devices.map(({ id }) => items.find(({ deviceId }) => deviceId === id))
}

test('no device goes back over a barrier that it has passed: it is named, and stays on the release', async () => {
  const id = await throughBarrier([1, 2])
  const [past] = fleet.devices
  for (let round = 0; round < 20 && past!.booted !== digestOf(3); round++) await run(1)
  await rollBackRollout(fleet.ctx, { rollout: id })
  for (let round = 0; round < 20 && (await read(id)).state !== 'rolled_back'; round++) await run(1)
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([digestOf(3), digestOf(2)])
  expect(await targetsOf(await childOf(id))).toMatchObject([
    { state: 'skipped', reason: 'crosses_barrier', because: { release: '2.0' }, digest: digestOf(1) },
    { state: 'succeeded', digest: digestOf(2) },
  ])
  expect((await read(id)).state).toBe('rolled_back')
  expect(await targetsOf(id)).toMatchObject([{ state: 'failed', reason: 'not_taken_back' }, { state: 'reverted' }])
})

test('a device between two hops is not on the release: it stays where it is', async () => {
  const id = await throughBarrier([1])
  const [device] = fleet.devices
  for (let round = 0; round < 20 && device!.booted !== digestOf(2); round++) await run(1)
  await rollBackRollout(fleet.ctx, { rollout: id })
  await run(6)
  expect(device!.booted).toBe(digestOf(2))
  expect(await targetsOf(id)).toMatchObject([{ state: 'skipped', reason: 'rolling_back', because: { release: '2.0' } }])
  expect((await read(id)).state).toBe('rolled_back')
})
