import { afterEach, expect, test } from 'vitest'
import { Rollout } from '@bootfleet/contracts'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { retryDevice } from '../device/retry-device.ts'
import { abortRollout } from './abort-rollout.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listRolloutEvents } from './list-rollout-events.ts'
import { listTargets } from './list-targets.ts'
import { pauseRollout } from './pause-rollout.ts'
import { resumeRollout } from './resume-rollout.ts'
import { retryRollout } from './retry-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

async function start(input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const release = await fleet.release(1)
  const { id } = await createRollout(fleet.ctx, {
    channel: 'edge-stable',
    release,
    policy: quickPolicy(),
    start: 'now',
    ...input,
  })
  await fleet.settle()
  return id
}

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const events = async (rollout: string) =>
  (await listRolloutEvents(fleet.ctx, { rollout, limit: 200 })).items.toReversed()

/** Devices report until nothing changes any more; soaks pass. */
async function run(rounds = 20): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

test('a rollout goes through its canary to the rest, and moves the channel when it completes', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const id = await start()
  await fleet.reportAll()
  expect((await read(id)).waves.map(({ state, size }) => [state, size])).toEqual([
    ['open', 1],
    ['pending', 3],
  ])
  await run()
  const rollout = await read(id)
  expect(rollout.state).toBe('completed')
  expect(rollout.counts.succeeded).toBe(4)
  expect(rollout.because.code).toBe('rollout.completed')
  expect(fleet.devices.map(({ booted, boots }) => [booted, boots])).toEqual(fleet.devices.map(() => [digestOf(1), 1]))
  const channel = await fleet.db.transaction('system', (tx) =>
    tx.channel.findUniqueOrThrow({ where: { id: fleet.channelId } }),
  )
  expect(channel.currentReleaseId).toBe(rollout.release.id)
  const kinds = (await events(id)).map(({ kind }) => kind)
  expect(kinds.indexOf('wave.passed')).toBeLessThan(kinds.lastIndexOf('wave.opened'))
  expect((await events(id)).every(({ because }) => because.code !== '' && because.message !== '')).toBe(true)
})

test('a canary that does not boot the release trips its gate, and the rest is untouched', async () => {
  fleet = await TestFleet.create({ devices: 5 })
  for (const device of fleet.devices) device.behaviour = 'fails-to-boot'
  const id = await start()
  await run(6)
  const rollout = await read(id)
  expect(rollout.state).toBe('paused')
  expect(rollout.waves[0]?.state).toBe('tripped')
  expect(rollout.because.code).toBe('gate.too_many_failures')
  expect(rollout.waves[0]?.evaluation?.find(({ verdict }) => verdict === 'trip')).toMatchObject({
    metric: 'failures',
    numerator: 1,
  })
  expect(rollout.because.message).toMatch(/^Wave 1 tripped its gate at 20.* UTC: 1 failed/)
  const { reasons } = await explainRollout(fleet.ctx, { rollout: id })
  const message = 'Wave 1 now: 0 of 1 device succeeded, 1 failed, 0 under way.'
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'wave.tripped', message, failed: 1 }))
  expect(fleet.devices.filter(({ boots }) => boots > 0)).toHaveLength(1)
  expect(rollout.counts).toMatchObject({ rolled_back: 1, pending: 4 })
})

test('a wave that trips by one number while others are undecided is served by its contract', async () => {
  fleet = await TestFleet.create({ devices: 8 })
  for (const device of fleet.devices) device.behaviour = 'fails-to-boot'
  const gate = { maxFailurePercent: 10, minConcluded: 8, minSuccessPercent: 10, maxFailures: 0 }
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0, gate } }) })
  fleet.devices[0]!.behaviour = 'ok'
  await fleet.devices[0]!.obey()
  for (const device of fleet.devices.slice(1, 3))
    for (let i = 0; i < 4; i++) await device.obey().then(() => fleet.settle())
  await fleet.settle()
  const rollout = Rollout.parse(await read(id))
  expect(rollout.waves[0]?.evaluation?.map(({ verdict }) => verdict)).toEqual(['trip', 'undecided', 'undecided'])
})

test('no more devices are down than the budget allows, also when one never returns', async () => {
  fleet = await TestFleet.create({ devices: 6, maxUnavailable: 1 })
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0, gate: { minSuccessPercent: 0 } } }) })
  const [first] = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items
  const dead = fleet.devices.find(({ id: deviceId }) => deviceId === first?.deviceId)
  if (!dead) throw new Error('no first device')
  dead.behaviour = 'never-returns'
  await run(4)
  expect(fleet.devices.filter(({ boots }) => boots > 0)).toEqual([dead])
  // Past the apply timeout the target has failed, and the slot is still held: dead devices pull no others after them.
  fleet.clock.advance(1800)
  await run(2)
  expect((await read(id)).counts).toMatchObject({ timed_out: 1, staged: 5 })
  expect(fleet.devices.filter(({ boots }) => boots > 0)).toEqual([dead])
})

test('nothing is offered or granted while a rollout is paused, and it goes on where it was', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start()
  await fleet.reportAll()
  await pauseRollout(fleet.ctx, { rollout: id })
  await run(3)
  const paused = await read(id)
  expect(paused.state).toBe('paused')
  expect(paused.counts.pending).toBe(2)
  expect(paused.verbs.pause).toMatchObject({ allowed: false })
  await resumeRollout(fleet.ctx, { rollout: id })
  await run()
  expect((await read(id)).state).toBe('completed')
})

test('an aborted rollout takes back what was not granted', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start({ policy: quickPolicy({ waves: [] }) })
  await abortRollout(fleet.ctx, { rollout: id })
  await run(3)
  const rollout = await read(id)
  expect(rollout.state).toBe('aborted')
  expect(rollout.counts.reverted + rollout.counts.skipped).toBe(3)
  expect(fleet.devices.every(({ boots, staged }) => boots === 0 && staged === null)).toBe(true)
})

test('after a trip the operator must say what becomes of the failed, and may go on without them', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start({ policy: quickPolicy({ waves: [{ name: 'canary', size: { count: 2 }, soakSec: 0 }] }) })
  const [first] = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items
  const bad = fleet.devices.find(({ id: deviceId }) => deviceId === first?.deviceId)
  if (!bad) throw new Error('no first device')
  bad.behaviour = 'fails-to-boot'
  await run(6)
  expect((await read(id)).state).toBe('paused')
  await expect(resumeRollout(fleet.ctx, { rollout: id })).rejects.toMatchObject({ reason: 'choice_required' })
  await resumeRollout(fleet.ctx, { rollout: id, choice: 'continue' })
  await run()
  const done = await read(id)
  expect(done).toMatchObject({ state: 'completed', counts: { succeeded: 2, rolled_back: 1 } })
  expect(done.waves.map(({ excused }) => excused)).toEqual([1, 0])
  const excused = async () => (await listTargets(fleet.ctx, { rollout: id, excused: 'true', limit: 10 })).items
  const by = fleet.ctx.actor.name
  expect(await excused()).toMatchObject([{ deviceId: bad.id, excused: { by }, state: 'rolled_back' }])
  const { reasons } = await explainRollout(fleet.ctx, { rollout: id })
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'target.excused', by, count: 1 }))
  await retryRollout(fleet.ctx, { rollout: id })
  expect(await excused()).toEqual([])
  expect((await read(id)).waves[0]?.excused).toBe(0)
})

test('who is tried again is excused no longer, and another failure does not take its place', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 } }) })
  const [first, other] = fleet.devices
  first!.behaviour = 'fails-to-boot'
  await run(6)
  await resumeRollout(fleet.ctx, { rollout: id, choice: 'continue' })
  await run()
  // One more fails, after the first had been excused.
  await other!.regress(digestOf(0))
  await fleet.settle()
  await retryDevice(fleet.ctx, { id: first!.id })
  const { waves, counts } = await read(id)
  expect(counts.rolled_back).toBe(1)
  expect(waves[0]?.excused).toBe(0)
})

test('a device that moves back after it succeeded re-opens the verdict', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start()
  await run(4)
  const done = fleet.devices.find(({ booted }) => booted === digestOf(1))
  await done?.regress(digestOf(0))
  await fleet.settle()
  const rollout = await read(id)
  expect(rollout.counts.rolled_back).toBe(1)
  expect(['pausing', 'paused']).toContain(rollout.state)
})

test('nothing is granted outside the maintenance window, and closed time counts against nobody', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const windows = [{ days: ['fri'], from: '10:00', to: '12:00', timezone: 'UTC' }]
  await fleet.db.transaction('system', (tx) =>
    tx.deviceGroup.update({ where: { id: fleet.groupId }, data: { windows } }),
  )
  const id = await start()
  await run(4)
  expect((await read(id)).because).toMatchObject({
    code: 'window.closed',
    reopensAt: '2026-01-02T10:00:00.000Z',
  })
  expect((await read(id)).counts.staged).toBe(1)
  fleet.clock.advance((Date.parse('2026-01-02T10:00:01Z') - fleet.clock.now().getTime()) / 1000)
  await run(8)
  expect((await read(id)).state).toBe('completed')
})

test('a frozen group is granted nothing, and says who froze it', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const freeze = { frozenAt: fleet.clock.now(), frozenBy: 'Ada', freezeReason: 'incident' }
  await fleet.db.transaction('system', (tx) => tx.deviceGroup.update({ where: { id: fleet.groupId }, data: freeze }))
  const id = await start()
  await run(3)
  expect((await read(id)).because).toMatchObject({
    code: 'group.frozen',
    message: expect.stringContaining('Ada: incident'),
  })
  expect(fleet.devices[0]?.boots).toBe(0)
})
