import { afterEach, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { abortRollout } from './abort-rollout.ts'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { pauseRollout } from './pause-rollout.ts'
import { promoteRollout } from './promote-rollout.ts'
import { releaseSlot } from './release-slot.ts'
import { resumeRollout } from './resume-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

async function start(input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const release = await fleet.release(1)
  const common = { channel: 'edge-stable', policy: quickPolicy(), start: 'now' } as const
  const { id } = await createRollout(fleet.ctx, { ...common, release, ...input })
  await fleet.settle()
  return id
}

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })

async function run(rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

// `settle` follows the sweep alone: every hint is lost here.
test('a device that comes online is found without its hint', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  for (const device of fleet.devices) await device.disconnect()
  const id = await start()
  fleet.clock.advance(3600)
  await fleet.settle()
  expect((await read(id)).because.code).toBe('wave.waiting_for_devices')
  for (const device of fleet.devices) await device.connect()
  await run()
  expect((await read(id)).state).toBe('completed')
})

test('a slot that is released is found without its hint', async () => {
  fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0, gate: { minSuccessPercent: 0 } } }) })
  const [first] = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items
  const dead = fleet.devices.find((device) => device.id === first?.deviceId)!
  dead.behaviour = 'never-returns'
  await run(3)
  fleet.clock.advance(1800)
  await run(2)
  const why = async () => (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items[0]?.because.message
  expect(await why()).toMatch(/Its budget slot stays taken until it reports healthy or is released\.$/)
  await releaseSlot(fleet.ctx, { rollout: id, device: dead.id })
  expect(await why()).toMatch(/Its budget slot was released by .+\.$/)
  await fleet.settle()
  expect((await read(id)).counts.granted).toBe(1)
})

test('a slot is not released under a device that is about to reboot, or in the middle of it', async () => {
  fleet = await TestFleet.create({ devices: 2, maxUnavailable: 1 })
  const id = await start({ policy: quickPolicy({ waves: [] }) })
  for (const device of fleet.devices) device.behaviour = 'never-returns'
  await fleet.reportAll()
  await fleet.settle()
  const granted = (await listTargets(fleet.ctx, { rollout: id, state: 'granted', limit: 10 })).items
  expect(granted).toHaveLength(1)
  const device = granted[0]!.deviceId
  const release = () => releaseSlot(fleet.ctx, { rollout: id, device })
  fleet.clock.advance(601)
  await expect(release()).rejects.toMatchObject({ code: 'conflict', reason: 'grant_open' })
  await expect(release()).rejects.toThrow('Pause the rollout')
  await fleet.devices.find((one) => one.id === device)!.obey()
  await fleet.settle()
  // It was granted long ago, and is gone: whoever knows the device decides.
  await release()
})

test('a device that went down a moment ago keeps its slot until its grant would be over', async () => {
  fleet = await TestFleet.create({ devices: 1, maxUnavailable: 1 })
  const id = await start({ policy: quickPolicy({ waves: [] }) })
  const [device] = fleet.devices
  device!.behaviour = 'never-returns'
  for (let round = 0; round < 3; round++) {
    await fleet.reportAll()
    await fleet.settle()
  }
  const release = () => releaseSlot(fleet.ctx, { rollout: id, device: device!.id })
  expect(await read(id)).toMatchObject({ counts: { rebooting: 1 } })
  await expect(release()).rejects.toThrow(/from \S+ \S+ UTC on/)
  fleet.clock.advance(600)
  await release()
})

test('a slot that an earlier rollout left behind is named as what the present one waits for', async () => {
  fleet = await TestFleet.create({ devices: 2, maxUnavailable: 1 })
  const first = await start({ policy: quickPolicy({ waves: [] }) })
  for (const device of fleet.devices) device.behaviour = 'never-returns'
  await run(2)
  await abortRollout(fleet.ctx, { rollout: first })
  fleet.clock.advance(3600)
  await fleet.settle()
  const alive = fleet.devices.find(({ connected }) => connected)!
  alive.behaviour = 'ok'
  const release = await fleet.release(2)
  const second = await start({ release })
  await run(2)
  expect((await read(second)).because.code).toBe('budget.full')
  const { reasons } = await explainRollout(fleet.ctx, { rollout: second })
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'budget.held_by_other', rollout: first, count: 1 }))
  const dead = fleet.devices.find(({ connected }) => !connected)!
  const nobody = { rollout: second, device: '01890a5d-ac96-774b-bcce-b302099a8057' }
  await expect(releaseSlot(fleet.ctx, nobody)).rejects.toMatchObject({ code: 'not_found' })
  await expect(releaseSlot(fleet.ctx, { rollout: second, device: alive.id })).rejects.toMatchObject({
    reason: 'no_slot',
  })
  // By the one that waits for it, as its reason names the device.
  for (let twice = 0; twice < 2; twice++) await releaseSlot(fleet.ctx, { rollout: second, device: dead.id })
  await run(3)
  expect(alive.boots).toBe(1)
})

test('a place that a promoted wave has lost again is filled later', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start()
  const member = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items.find(({ wave }) => wave === 0)
  const late = fleet.devices.find((device) => device.id === member?.deviceId)!
  await late.disconnect()
  const third = promoteRollout(fleet.ctx, { rollout: id, wave: 2 })
  await expect(third).rejects.toThrow('The next wave is wave 2, {"wave": 1}')
  // A request that is sent again opens no further wave.
  for (let twice = 0; twice < 2; twice++) await promoteRollout(fleet.ctx, { rollout: id, wave: 1 })
  await expect(promoteRollout(fleet.ctx, { rollout: id, wave: 7 })).rejects.toMatchObject({ reason: 'no_wave_left' })
  await run(22)
  expect((await read(id)).counts).toMatchObject({ succeeded: 2, pending: 1 })
  await late.connect()
  await run(8)
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 3 } })
})

test('a rollout that a regression stopped goes on when an operator says so', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const id = await start()
  await run(4)
  const done = fleet.devices.find(({ boots }) => boots > 0)!
  await done.regress('sha256:'.padEnd(71, '0'))
  await fleet.settle()
  expect((await read(id)).because.code).toMatch(/^gate\./)
  await run(4)
  expect((await read(id)).state).toBe('paused')
  await expect(resumeRollout(fleet.ctx, { rollout: id })).rejects.toMatchObject({ reason: 'choice_required' })
  await resumeRollout(fleet.ctx, { rollout: id, choice: 'continue' })
  await run()
  expect(await read(id)).toMatchObject({ counts: { succeeded: 3, rolled_back: 1 }, state: 'completed' })
})

test('all failed devices are tried again, also more than one transaction takes', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const id = await start()
  await run(2)
  await pauseRollout(fleet.ctx, { rollout: id })
  await run(2)
  const many = 2100
  const { organizationId } = fleet.ctx
  await fleet.db.transaction('system', async (tx) => {
    await tx.$executeRaw`
      INSERT INTO device (id, organization_id, group_id, hardware_id, name, labels, architecture, incarnation, ops)
      SELECT gen_random_uuid(), ${organizationId}::uuid, ${fleet.groupId}::uuid, 'h' || i, 'n' || i, '{}', 'amd64', 1, '{}'
      FROM generate_series(1, ${many}::int) AS i`
    await tx.$executeRaw`
      INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, wave, state, reason, because,
        digest, state_since)
      SELECT ${id}::uuid, d.id, d.organization_id, d.group_id, 1, 0, 'failed', 'health', '{"code":"x","message":"x"}', 'x', now()
      FROM device d WHERE d.hardware_id LIKE 'h%'`
  })
  await resumeRollout(fleet.ctx, { rollout: id, choice: 'retry_failed' })
  expect((await read(id)).counts).toMatchObject({ failed: 0, pending: many })
})

test('the ends of a completed rollout are final once its observation is over', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const id = await start({ policy: quickPolicy({ observeForSec: 3600 }) })
  await run()
  expect((await read(id)).state).toBe('completed')
  await fleet.devices[0]!.regress('sha256:'.padEnd(71, '0'))
  await fleet.settle()
  expect((await read(id)).counts).toMatchObject({ succeeded: 1, rolled_back: 1 })
  fleet.clock.advance(3600)
  await fleet.devices[1]!.regress('sha256:'.padEnd(71, '0'))
  await fleet.settle()
  expect((await read(id)).counts).toMatchObject({ succeeded: 1, rolled_back: 1 })
})

test('planning goes on where a crash stopped it, and counts every device once', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const many = 12_000
  const { organizationId } = fleet.ctx
  await fleet.db.transaction(
    'system',
    (tx) => tx.$executeRaw`
      INSERT INTO device (id, organization_id, group_id, hardware_id, name, labels, architecture, incarnation, ops)
      SELECT gen_random_uuid(), ${organizationId}::uuid, ${fleet.groupId}::uuid, 'h' || i, 'n' || i, '{}', 'amd64', 1, '{}'
      FROM generate_series(1, ${many}::int) AS i`,
  )
  const release = await fleet.release(1)
  const { id } = await createRollout(fleet.ctx, {
    channel: 'edge-stable',
    release,
    policy: quickPolicy(),
    start: 'now',
  })
  expect(await advanceRollout(fleet.services, { rolloutId: id })).toMatchObject({ more: true })
  await expect(promoteRollout(fleet.ctx, { rollout: id })).rejects.toMatchObject({ reason: 'not_planned' })
  // The worker is gone; two others find it by the sweep and plan at once.
  await pauseRollout(fleet.ctx, { rollout: id })
  await Promise.all([fleet.settle(), fleet.settle()])
  expect(await read(id)).toMatchObject({ state: 'paused', eligible: many + 1, counts: { pending: many + 1 } })
  expect((await read(id)).waves.map(({ size }) => size)).toEqual([1, many])
  await abortRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  expect(await read(id)).toMatchObject({ state: 'aborted', counts: { skipped: many + 1 } })
})

test('a device that never used its grant frees its slot when it is back, also when its rollout is over', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const [device] = fleet.devices
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 }, timeouts: { applySec: 60 } }) })
  await fleet.reportAll()
  expect((await read(id)).counts).toMatchObject({ granted: 1 })
  await device!.disconnect()
  await abortRollout(fleet.ctx, { rollout: id })
  fleet.clock.advance(120)
  await fleet.settle()
  expect(await read(id)).toMatchObject({ state: 'aborted', counts: { timed_out: 1 } })
  const slots = () => fleet.db.transaction('system', (tx) => tx.budgetSlot.count())
  expect(await slots()).toBe(1)
  await device!.connect()
  expect([device!.boots, await slots()]).toEqual([0, 0])
})

test('a device that never used its grant and is tried again before it is back waits for no slot of its own', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const [device] = fleet.devices
  const id = await start({ policy: quickPolicy({ waves: [], rest: { soakSec: 0 }, timeouts: { applySec: 60 } }) })
  await fleet.reportAll()
  await device!.disconnect()
  fleet.clock.advance(120)
  await fleet.settle()
  expect(await read(id)).toMatchObject({ state: 'paused', counts: { timed_out: 1 } })
  await resumeRollout(fleet.ctx, { rollout: id, choice: 'retry_failed' })
  await fleet.settle()
  await device!.connect()
  await run(4)
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 1 } })
})
