import { afterEach, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
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
  await releaseSlot(fleet.ctx, { rollout: id, device: dead.id })
  await fleet.settle()
  expect((await read(id)).counts.granted).toBe(1)
})

test('a place that a promoted wave has lost again is filled later', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const id = await start()
  const member = (await listTargets(fleet.ctx, { rollout: id, limit: 10 })).items.find(({ wave }) => wave === 0)
  const late = fleet.devices.find((device) => device.id === member?.deviceId)!
  await late.disconnect()
  await promoteRollout(fleet.ctx, { rollout: id })
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
