import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { updateDevice } from '../device/update-device.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

test.each([
  ['append', 'pending', null],
  ['ignore', 'skipped', 'joined_late'],
] as const)('late joiners: %s; in the end they are where the channel is', async (lateJoiners, state, reason) => {
  fleet = await TestFleet.create({ devices: 3 })
  const late = fleet.devices[2]!
  const { organizationId } = fleet.ctx
  const group = { id: randomUUID(), organizationId, name: 'elsewhere', budget: {}, windows: [], blackouts: [] }
  await fleet.db.transaction('system', (tx) => tx.deviceGroup.create({ data: group }))
  await updateDevice(fleet.ctx, { id: late.id, group: 'elsewhere' })
  const policy = quickPolicy({ lateJoiners })
  const input = { channel: 'edge-stable', release: await fleet.release(1), policy, start: 'now' } as const
  const { id } = await createRollout(fleet.ctx, input)
  await fleet.settle()
  for (let twice = 0; twice < 2; twice++) await updateDevice(fleet.ctx, { id: late.id, group: 'default' })
  const targets = (await listTargets(fleet.ctx, { rollout: id, limit: 9 })).items
  expect(targets.find(({ deviceId }) => deviceId === late.id)).toMatchObject({ state, reason })
  await fleet.settle()
  for (let round = 0; round < 20; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
  const rollout = await getRollout(fleet.ctx, { rollout: id })
  expect(rollout).toMatchObject({ state: 'completed', eligible: 3, counts: { succeeded: 3, skipped: 0 } })
  expect(rollout.waves.map(({ size }) => size)).toEqual([1, 2])
  expect(late.booted).toBe(digestOf(1))
})
