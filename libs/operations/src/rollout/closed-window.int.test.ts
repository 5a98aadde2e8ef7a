import { afterEach, expect, test } from 'vitest'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { updateGroup } from '../group/update-group.ts'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { pauseRollout } from './pause-rollout.ts'
import { resumeRollout } from './resume-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

async function start(policy = quickPolicy({ waves: [] })): Promise<string> {
  const release = await fleet.release(1)
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
  await fleet.settle()
  return id
}

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const inSec = (seconds: number) => new Date(fleet.clock.now().getTime() + seconds * 1000).toISOString()

function blackOut(seconds: number): Promise<unknown> {
  const blackouts = [{ from: inSec(-1), to: inSec(seconds), reason: 'fair' }]
  return updateGroup(fleet.ctx, { group: fleet.groupId, blackouts })
}

test('a blackout that is put in after the grant takes it back, and the device applies when it is over', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const id = await start()
  const device = fleet.devices[0]!
  await device.obey()
  await fleet.settle()
  expect((await read(id)).counts).toMatchObject({ granted: 1 })
  await blackOut(7200)
  await fleet.settle()
  await fleet.reportAll()
  fleet.clock.advance(31)
  await fleet.settle()
  expect(await read(id)).toMatchObject({ counts: { staged: 1 }, because: { code: 'window.blackout' } })
  expect(device.boots).toBe(0)
  fleet.clock.advance(7200)
  for (let round = 0; round < 6; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
  expect((await read(id)).state).toBe('completed')
})

test('a policy that ignores windows is not held by them', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  await blackOut(7200)
  const id = await start(quickPolicy({ waves: [], windows: 'ignore' }))
  await fleet.reportAll()
  expect((await read(id)).counts).toMatchObject({ granted: 1 })
})

test('neither a pause nor a blackout counts against a device that has not come yet', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const away = fleet.devices[0]!
  await away.disconnect()
  const id = await start(quickPolicy({ waves: [], timeouts: { giveUpAfterSec: 3600 } }))
  await pauseRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  fleet.clock.advance(3600)
  await resumeRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  expect((await read(id)).counts).toMatchObject({ pending: 1, skipped: 0 })
  await blackOut(3600)
  fleet.clock.advance(3601)
  await fleet.settle()
  expect((await read(id)).counts).toMatchObject({ pending: 1, skipped: 0 })
  // The next turn is named to the second, and not found by chance.
  const { wakeAt } = await advanceRollout(fleet.services, { rolloutId: id })
  expect(wakeAt?.getTime()).toBeGreaterThan(fleet.clock.now().getTime())
  for (let round = 0; round < 3; round++) {
    fleet.clock.advance(1200)
    await fleet.settle()
  }
  expect((await read(id)).counts).toMatchObject({ skipped: 1 })
})
