import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { explainDevice } from '../device/explain-device.ts'
import { createRollout } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { previewRollback } from './preview-rollback.ts'
import { rollBackRollout } from './roll-back-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const preview = (rollout: string) => previewRollback(fleet.ctx, { rollout })

/** Brings every device to release 2; those at the given places from release 1, the others from an image nobody knows. */
async function rollOut(known: readonly number[]): Promise<{ id: string; first: string }> {
  const first = await fleet.release(1)
  for (const place of known) await fleet.devices[place]!.regress(digestOf(1))
  fleet.clock.advance(1)
  const policy = quickPolicy({ waves: [], rest: { soakSec: 0 } })
  const release = await fleet.release(2)
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
  for (let round = 0; round < 20 && (await read(id)).state !== 'completed'; round++) {
    await fleet.settle()
    await fleet.reportAll()
    fleet.clock.advance(31)
  }
  return { id, first }
}

test('a preview of a roll-back says where each device goes and how, and who stays; and so it comes', async () => {
  fleet = await TestFleet.create({ devices: 5 })
  const { id, first } = await rollOut([0, 1])
  const [bySlot, byPull, unknown, wiped, moved] = fleet.devices
  for (const device of [byPull!, wiped!]) {
    device.slot = digestOf(8)
    await device.report('healthy')
  }
  moved!.booted = digestOf(7)
  await moved!.connect()
  const expected = await preview(id)
  const named = ({ id: device }: { id: string }) => expect.objectContaining({ id: device })
  expect(expected).toMatchObject({
    rollout: id,
    access: { allowed: true },
    eligible: 3,
    bySlot: 2,
    byPull: 1,
    bytesToPull: 1000,
    goesToCount: 2,
    estimate: { source: 'channel' },
    warnings: [],
  })
  expect(expected.goesTo).toEqual([
    {
      digest: digestOf(1),
      release: { id: first, name: '1.0' },
      bySlot: 1,
      byPull: 1,
      bytesToPull: 1000,
      devices: expect.arrayContaining([named(bySlot!), named(byPull!)]),
    },
    { digest: digestOf(0), release: null, bySlot: 1, byPull: 0, bytesToPull: 0, devices: [named(unknown!)] },
  ])
  const skips = new Map([
    ['skip.no_last_good', wiped!.id],
    ['skip.other_image', moved!.id],
  ])
  expect(new Map(expected.excluded.map(({ because, devices }) => [because.code, devices[0]?.id]))).toEqual(skips)

  const { rollback } = await rollBackRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  const child = await read(rollback!.id)
  expect(child).toMatchObject({ eligible: expected.eligible, counts: { skipped: 2 }, estimate: expected.estimate })
  const { items } = await listTargets(fleet.ctx, { rollout: child.id, state: 'skipped', limit: 10 })
  expect(new Map(items.map(({ because, deviceId }) => [because.code, deviceId]))).toEqual(skips)

  // While it goes back, both rollouts and the device say so.
  const reasons = { code: 'rollout.rollback', rollback: child.id }
  expect((await explainRollout(fleet.ctx, { rollout: id })).reasons).toContainEqual(expect.objectContaining(reasons))
  const explained = await explainDevice(fleet.ctx, { id: bySlot!.id })
  expect(explained.reasons).toContainEqual(expect.objectContaining({ ...reasons, rollout: id }))
  expect((await preview(id)).access).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('The rollout is rolled back'),
  })
})

test('where nobody has the release yet nobody goes back', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const release = await fleet.release(1)
  const { id } = await createRollout(fleet.ctx, {
    channel: 'edge-stable',
    release,
    policy: quickPolicy(),
    start: 'draft',
  })
  expect(await preview(id)).toMatchObject({
    access: { allowed: false },
    eligible: 0,
    bytesToPull: null,
    estimate: null,
    warnings: [{ code: 'preview.nobody' }],
  })
})

test('a rollout is not rolled back where nobody who has the release can go back, and it is said who and why', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const { id } = await rollOut([])
  for (const device of fleet.devices) {
    device.slot = digestOf(8)
    await device.report('healthy')
  }
  const refused = { code: 'conflict', reason: 'nobody_can_go_back' }
  await expect(rollBackRollout(fleet.ctx, { rollout: id })).rejects.toMatchObject(refused)
  await expect(rollBackRollout(fleet.ctx, { rollout: id })).rejects.toThrow(/3 stay on the release: .*rollback slot/)
  expect((await preview(id)).access.allowed).toBe(false)
  expect((await read(id)).state).toBe('completed')
})
