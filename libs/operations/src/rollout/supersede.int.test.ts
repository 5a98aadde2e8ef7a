import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { updateDevice } from '../device/update-device.ts'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { previewRollout } from './preview-rollout.ts'
import { startRollout } from './start-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const quick = () => quickPolicy({ waves: [], rest: { soakSec: 0 } })
const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const targets = async (rollout: string) => (await listTargets(fleet.ctx, { rollout, limit: 50 })).items
const targetOf = async (rollout: string, id: string) => (await targets(rollout)).find(({ deviceId }) => deviceId === id)

async function start(n: number, input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const common = { channel: 'edge-stable', policy: quick(), start: 'now' } as const
  const { id } = await createRollout(fleet.ctx, { ...common, release: await fleet.release(n), ...input })
  await fleet.settle()
  return id
}

async function run(rounds = 20): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

/** The counts that a rollout tells are those of its targets. */
async function expectRecount(id: string): Promise<void> {
  const [{ counts }, all] = [await read(id), await targets(id)]
  for (const [state, count] of Object.entries(counts))
    expect([state, all.filter((target) => target.state === state).length]).toEqual([state, count])
}

test('a newer rollout takes the place of an older one, and a device that reboots finishes there first', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const first = await start(1, { policy: quickPolicy() })
  await fleet.reportAll()
  const granted = (await targets(first)).find(({ state }) => state === 'granted')!
  const canary = fleet.devices.find(({ id }) => id === granted.deviceId)!
  const release = await fleet.release(2)
  await canary.disconnect()
  const preview = await previewRollout(fleet.ctx, { channel: 'edge-stable', release, policy: quick(), start: 'now' })
  expect(preview.supersedes).toMatchObject([{ rollout: first, state: 'running', finishFirst: 1 }])
  const second = await start(2, { release, policy: quickPolicy({ waves: [], rest: { soakSec: 0 } }) })
  expect(await read(first)).toMatchObject({ state: 'superseded', supersededBy: second, endedAt: null })
  expect((await targetOf(first, canary.id))?.state).toBe('granted')
  expect((await read(first)).counts).toMatchObject({ skipped: 3, granted: 1 })
  await run(4)
  expect(await targetOf(second, canary.id)).toMatchObject({ state: 'pending', wave: null })
  const { reasons } = await explainRollout(fleet.ctx, { rollout: second })
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'target.finishes_other', rollout: first, count: 1 }))
  await canary.connect()
  await run()
  expect(fleet.devices.map(({ booted }) => booted)).toEqual(fleet.devices.map(() => digestOf(2)))
  expect(await read(second)).toMatchObject({ state: 'completed', counts: { succeeded: 4 } })
  expect((await read(first)).endedAt).not.toBeNull()
  for (const id of [first, second]) await expectRecount(id)
})

test('a wave is filled with devices that are free, not kept for one that finishes an earlier rollout', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const soaking = quickPolicy({ waves: [{ name: 'canary', size: { count: 1 }, soakSec: 600 }] })
  const first = await start(1, { policy: soaking })
  await run(4)
  const canary = (await targets(first)).find(({ state }) => state === 'soaking')!
  const one = quickPolicy({ waves: [{ name: 'canary', size: { count: 1 }, soakSec: 0 }] })
  const input = { channel: 'edge-stable', policy: one, release: await fleet.release(2), start: 'now' } as const
  const { id: second } = await createRollout(fleet.ctx, input)
  while ((await read(second)).waves.length === 0) await advanceRollout(fleet.services, { rolloutId: second })
  // It would be the first, were it free.
  await fleet.db.transaction(
    'system',
    (tx) => tx.$executeRaw`
      UPDATE rollout_target SET position = CASE WHEN device_id = ${canary.deviceId}::uuid THEN 0 ELSE position + 1 END
      WHERE rollout_id = ${second}::uuid`,
  )
  await run(4)
  expect((await targetOf(first, canary.deviceId))?.state).toBe('soaking')
  expect((await read(second)).waves[0]).toMatchObject({ state: 'passed' })
})

test('who boots the release in between although it was recalled is taken along', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const first = await start(1, { policy: quickPolicy({ waves: [], rest: { soakSec: 600 } }) })
  await run(4)
  expect((await read(first)).counts).toMatchObject({ soaking: 2 })
  const second = await start(2)
  await run(3)
  expect((await read(second)).counts).toMatchObject({ pending: 2 })
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([digestOf(1), digestOf(1)])
  await run(30)
  expect((await read(first)).counts).toMatchObject({ succeeded: 2 })
  expect(await read(second)).toMatchObject({ state: 'completed', counts: { succeeded: 2 } })
})

test('a chain of rollouts leaves nobody on a release in between, also where the newest is narrowed', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const [inside] = fleet.devices
  await updateDevice(fleet.ctx, { id: inside!.id, labels: { site: 'a' } })
  const policy = quickPolicy()
  const first = await start(1, { policy })
  await run(4)
  const held = fleet.devices.filter(({ booted }) => booted === digestOf(1))
  expect(held.length).toBeGreaterThan(0)
  const second = await start(2, { policy, selector: 'site=a' })
  const third = await start(3, { policy: quick(), selector: 'site=a' })
  await run()
  expect(await read(first)).toMatchObject({ state: 'superseded', supersededBy: second })
  expect(await read(second)).toMatchObject({ state: 'superseded', supersededBy: third })
  expect((await read(third)).state).toBe('completed')
  for (const device of [...held, inside!]) expect(device.booted).toBe(digestOf(3))
  const left = fleet.devices.filter((device) => device !== inside && !held.includes(device))
  for (const device of left) expect([digestOf(0), digestOf(3)]).toContain(device.booted)
  for (const device of fleet.devices) expect([digestOf(1), digestOf(2)]).not.toContain(device.booted)
  for (const id of [first, second, third]) await expectRecount(id)
})

test('going back to the earlier release takes along who is about to leave it', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const back = await fleet.release(0)
  const first = await start(1)
  await fleet.reportAll()
  expect((await read(first)).counts.granted).toBe(2)
  for (const device of fleet.devices) await device.disconnect()
  const second = await start(0, { release: back })
  for (const device of fleet.devices) await device.connect()
  await run(30)
  for (const device of fleet.devices) expect(device.booted).toBe(digestOf(0))
  expect((await read(second)).counts).toMatchObject({ pending: 0, failed: 0 })
})

test('two that start at once on a channel: one is under way, and nothing is granted twice', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const drafts = await Promise.all([1, 2].map((n) => start(n, { start: 'draft' })))
  await Promise.allSettled(drafts.map((rollout) => startRollout(fleet.ctx, { rollout })))
  await Promise.all([fleet.settle(), fleet.settle()])
  await run()
  const states = await Promise.all(drafts.map(async (id) => (await read(id)).state))
  expect(states.toSorted()).toEqual(['completed', 'superseded'])
  expect(new Set(fleet.devices.map(({ booted }) => booted)).size).toBe(1)
})

test('three that are created and started at the same instant are all answered, and the others are superseded by one', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const releases = [await fleet.release(1), await fleet.release(2), await fleet.release(3)]
  const common = { channel: 'edge-stable', policy: quick(), start: 'now' } as const
  for (let round = 0; round < 10; round++) {
    const made = await Promise.all(releases.map((release) => createRollout(fleet.ctx, { ...common, release })))
    const found = await Promise.all(made.map(({ id }) => read(id)))
    expect(found.map(({ state }) => state).toSorted()).toEqual(['running', 'superseded', 'superseded'])
  }
})

test('a newer release that is started takes the place of what waits to bring an older one, and not of the rest', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const at = new Date(fleet.clock.now().getTime() + 3_600_000).toISOString()
  const plan = (release: string, input: Partial<CreateRolloutInput> = {}) => start(0, { release, start: at, ...input })
  const older = await fleet.release(1)
  fleet.clock.advance(1)
  const newer = await fleet.release(2)
  fleet.clock.advance(1)
  const newest = await fleet.release(3)
  const planned = await plan(older)
  const asked = await plan(older, { policy: quickPolicy({ approvals: 1 }), start: 'now' })
  const draft = await plan(older, { start: 'draft' })
  const [same, later] = [await plan(newer), await plan(newest)]
  const preview = await previewRollout(fleet.ctx, {
    channel: 'edge-stable',
    release: newer,
    policy: quick(),
    start: 'now',
  })
  expect(preview.supersedes).toMatchObject([
    { rollout: planned, state: 'scheduled' },
    { rollout: asked, state: 'awaiting_approval' },
  ])
  const second = await start(2, { release: newer })
  for (const id of [planned, asked]) expect(await read(id)).toMatchObject({ state: 'superseded', supersededBy: second })
  expect((await read(planned)).because.message).toMatch(/older release/)
  expect([(await read(draft)).state, (await read(same)).state, (await read(later)).state]).toEqual([
    'draft',
    'scheduled',
    'scheduled',
  ])
  await run()
  expect(await read(planned)).toMatchObject({ state: 'superseded', endedAt: expect.any(String) })
  const back = await previewRollout(fleet.ctx, {
    channel: 'edge-stable',
    release: older,
    policy: quick(),
    start: 'now',
  })
  expect(back.warnings).toContainEqual(expect.objectContaining({ code: 'preview.older_release' }))
  expect(preview.warnings.map(({ code }) => code)).not.toContain('preview.older_release')
})
