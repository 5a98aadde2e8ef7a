import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet, type ScriptedDevice } from '@bootfleet/testkit'
import { explainDevice } from '../device/explain-device.ts'
import { updateRelease } from '../release/update-release.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listRolloutEvents } from './list-rollout-events.ts'
import { listTargets } from './list-targets.ts'
import { pauseRollout } from './pause-rollout.ts'
import { previewRollout } from './preview-rollout.ts'
import { resumeRollout } from './resume-rollout.ts'
import { retryRollout } from './retry-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const all = quickPolicy({ waves: [], rest: { soakSec: 0 } })
const targets = async (rollout: string) => (await listTargets(fleet.ctx, { rollout, limit: 50 })).items
const targetOf = async (rollout: string, { id }: ScriptedDevice) =>
  (await targets(rollout)).find(({ deviceId }) => deviceId === id)
const mark = (id: string, marks: Partial<Parameters<typeof updateRelease>[1]>) =>
  updateRelease(fleet.ctx, { id, ...marks })
const kinds = async (rollout: string) =>
  (await listRolloutEvents(fleet.ctx, { rollout, limit: 200 })).items.map(({ kind }) => kind)

/** Releases 1 to `count`, each younger than the one before. */
async function releases(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 1; n <= count; n++) {
    fleet.clock.advance(1)
    ids.push(await fleet.release(n))
  }
  return ids
}

function recipe(release: string) {
  return { channel: 'edge-stable', release, policy: all, start: 'now' } as const
}

async function start(release: string): Promise<string> {
  const { id } = await createRollout(fleet.ctx, recipe(release))
  await fleet.settle()
  return id
}

/** Lets devices obey until `enough`, and says so if that never comes. */
async function run(enough: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 40; round++) {
    if (await enough()) return
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
  throw new Error('it did not come about')
}

const isCompleted = (id: string) => async () => (await getRollout(fleet.ctx, { rollout: id })).state === 'completed'

test('a device from before a barrier boots the barrier first, visibly, and only the end of its way is a success', async () => {
  fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })
  const [first, barrier, last] = (await releases(3)) as [string, string, string]
  await mark(barrier, { barrier: true, minimumFrom: '1.0' })
  const [behind, past, lost] = fleet.devices as [ScriptedDevice, ScriptedDevice, ScriptedDevice]
  await behind.regress(digestOf(1))
  await past.regress(digestOf(2))
  await fleet.settle()
  const preview = await previewRollout(fleet.ctx, recipe(last))
  expect(preview.eligible).toBe(3)
  expect(preview.estimate).toMatchObject({ source: 'assumed', samples: 0 })
  const rollout = await start(last)
  const hop = { number: 1, of: 2, release: { id: barrier, name: '2.0' }, barrier: true }
  expect(await targetOf(rollout, behind)).toMatchObject({ hop, digest: digestOf(3) })
  expect((await targetOf(rollout, past))?.hop).toBeNull()
  expect(await targetOf(rollout, lost)).toMatchObject({ hop: { number: 1, of: 3, release: { id: first } } })
  await run(async () => behind.booted === digestOf(2))
  expect(await explainDevice(fleet.ctx, { id: behind.id })).toMatchObject({
    reasons: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining('hop') })]),
  })
  await run(isCompleted(rollout))
  expect(fleet.devices.map(({ booted, boots }) => [booted, boots])).toEqual([
    [digestOf(3), 2],
    [digestOf(3), 1],
    [digestOf(3), 3],
  ])
  expect((await kinds(rollout)).filter((kind) => kind === 'target.hop_done')).toHaveLength(3)
  const again = await previewRollout(fleet.ctx, recipe(barrier))
  expect(again.estimate).toMatchObject({ source: 'channel', samples: 3 })
  expect(Date.parse(again.estimate?.p90 ?? '')).toBeGreaterThanOrEqual(Date.parse(again.estimate?.p50 ?? ''))
  expect(await targetOf(rollout, behind)).toMatchObject({ state: 'succeeded', hop: { number: 2, of: 2 } })
})

test('a device that falls back from a barrier fails there, and tries the same hop again when it is retried', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const [barrier, last] = (await releases(2)) as [string, string]
  await mark(barrier, { barrier: true })
  const rollout = await start(last)
  const [device] = fleet.devices as [ScriptedDevice]
  device.behaviour = 'fails-to-boot'
  await run(async () => (await targetOf(rollout, device))?.state === 'failed')
  expect(await targetOf(rollout, device)).toMatchObject({
    reason: 'barrier',
    because: { code: 'target.failed.barrier', hop: 1, of: 2, release: '1.0' },
  })
  device.behaviour = 'ok'
  device.quarantined = []
  await resumeRollout(fleet.ctx, { rollout, choice: 'retry_failed' })
  await run(isCompleted(rollout))
  expect([device.booted, (await targetOf(rollout, device))?.state]).toEqual([digestOf(2), 'succeeded'])
})

test('dead ends and minimums keep devices out with their reason, until a person changes that', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [stuck, middle, last] = (await releases(3)) as [string, string, string]
  const [onDeadEnd, unknown] = fleet.devices as [ScriptedDevice, ScriptedDevice]
  await onDeadEnd.regress(digestOf(1))
  await mark(stuck, { deadEnd: { reason: 'its boot loader is broken', mayLeave: false } })
  await mark(middle, { deadEnd: { reason: 'withdrawn', mayLeave: false } })
  await mark(last, { minimumFrom: digestOf(1) })
  const blocked = await previewRollout(fleet.ctx, recipe(last))
  expect(blocked.excluded.map(({ because, devices }) => [because.code, devices[0]?.name])).toEqual(
    expect.arrayContaining([
      ['skip.dead_end', onDeadEnd.name],
      ['skip.below_minimum', unknown.name],
    ]),
  )
  await expect(createRollout(fleet.ctx, recipe(middle))).rejects.toThrow('dead end')
  await mark(stuck, { deadEnd: { reason: 'its boot loader is broken', mayLeave: true } })
  const rollout = await start(last)
  await run(isCompleted(rollout))
  expect([onDeadEnd.booted, unknown.booted]).toEqual([digestOf(3), digestOf(0)])
  expect((await targetOf(rollout, unknown))?.because).toMatchObject({ code: 'skip.below_minimum', release: '3.0' })
  await expect(mark(middle, { minimumFrom: '3.0' })).rejects.toMatchObject({ reason: 'minimum_not_older' })
  await expect(mark(middle, { minimumFrom: '9.9' })).rejects.toMatchObject({ reason: 'minimum_not_found' })
})

test('what changes in the update graph counts for the devices that have no grant yet', async () => {
  fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })
  const [between, last] = (await releases(2)) as [string, string]
  const rollout = await start(last)
  await run(async () => (await targets(rollout)).some(({ state }) => state === 'granted'))
  await mark(between, { barrier: true })
  await run(isCompleted(rollout))
  // Who was granted its reboot before goes on as it was told; the others go through the barrier.
  expect(fleet.devices.map(({ boots }) => boots).toSorted((one, other) => one - other)).toEqual([1, 2, 2])
  expect((await kinds(rollout)).filter((kind) => kind === 'target.rerouted')).toHaveLength(2)
})

test('a release that becomes a dead end is taken by nobody who has no grant yet', async () => {
  fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })
  const [last] = (await releases(1)) as [string]
  const rollout = await start(last)
  await run(async () => (await targets(rollout)).some(({ state }) => state === 'granted'))
  await pauseRollout(fleet.ctx, { rollout })
  await mark(last, { deadEnd: { reason: 'it eats disks', mayLeave: false } })
  await fleet.settle()
  await run(async () => (await getRollout(fleet.ctx, { rollout })).state === 'paused')
  await resumeRollout(fleet.ctx, { rollout })
  await run(async () => (await targets(rollout)).every(({ state }) => state === 'succeeded' || state === 'skipped'))
  const skipped = (await targets(rollout)).filter(({ state }) => state === 'skipped')
  expect(skipped.length).toBeGreaterThanOrEqual(2)
  expect(skipped[0]?.because.message).toContain('it eats disks')
})

test('whom a dead end took out of a rollout that runs is taken in again by a retry, once it is none any more', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [, barrier, last] = (await releases(3)) as [string, string, string]
  await mark(barrier, { barrier: true })
  const rollout = await start(last)
  const deadEnd = { reason: 'it eats disks', mayLeave: false }
  await run(async () => fleet.devices.every(({ staged }) => staged !== null))
  await mark(barrier, { deadEnd })
  const isOut = async () => (await targets(rollout)).every(({ state }) => state === 'skipped')
  await run(isOut)
  await retryRollout(fleet.ctx, { rollout })
  await fleet.settle()
  expect(await isOut()).toBe(true)
  await mark(barrier, { deadEnd: null })
  await retryRollout(fleet.ctx, { rollout })
  await run(isCompleted(rollout))
  expect((await getRollout(fleet.ctx, { rollout })).counts).toMatchObject({ succeeded: 2, skipped: 0 })
})
