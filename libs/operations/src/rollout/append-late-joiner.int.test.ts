import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { updateDevice } from '../device/update-device.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

test.each([
  ['append', [1, 2], 3],
  ['ignore', [1, 1], 2],
] as const)('late joiners: %s', async (lateJoiners, sizes, succeeded) => {
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
  await fleet.settle()
  for (let round = 0; round < 20; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
  const rollout = await getRollout(fleet.ctx, { rollout: id })
  expect(rollout).toMatchObject({ state: 'completed', eligible: succeeded, counts: { succeeded } })
  expect(rollout.waves.map(({ size }) => size)).toEqual(sizes)
  expect(late.booted).toBe(lateJoiners === 'append' ? digestOf(1) : digestOf(0))
})
