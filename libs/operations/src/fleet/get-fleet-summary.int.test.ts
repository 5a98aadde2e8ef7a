import { afterEach, expect, test } from 'vitest'
import { TestFleet } from '@bootfleet/testkit'
import { getFleetSummary } from './get-fleet-summary.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

test('a device that was healthy and is gone is called silent, not healthy', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  await fleet.reportAll()
  await fleet.devices[0]?.disconnect()
  await fleet.settle()
  const { devices, health } = await getFleetSummary(fleet.ctx)
  expect(devices).toMatchObject({ total: 3, online: 2 })
  expect(health).toEqual({ healthy: 2, unhealthy: 0, other: 0, silent: 1 })
})
