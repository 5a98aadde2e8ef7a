import { afterEach, expect, test } from 'vitest'
import type { DriftDocument } from '@bootfleet/contracts'
import { TestFleet } from '@bootfleet/testkit'
import { getFleetSummary } from '../fleet/get-fleet-summary.ts'
import { getDeviceMachine } from './get-device-machine.ts'
import { listDevices, type ListDevicesInput } from './list-devices.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const drift = (count: number): DriftDocument => ({
  count,
  etc: { count, files: [{ path: 'ssh/sshd_config', change: 'modified' }] },
  usrOverlay: null,
  packages: { count: 0, names: [] },
  kernelArguments: { count: 0, list: [] },
  pinned: 0,
})

test('what devices say of their drift is counted, found and shown, and nonsense harms nobody', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const { ctx, services } = fleet
  const { organizationId } = ctx
  const [drifted, clean, odd, silent] = fleet.devices.map(({ id }) => id)
  if (!drifted || !clean || !odd || !silent) throw new Error('no devices')
  const documents = [
    { deviceId: drifted, kind: 'drift', document: { ...drift(3) } },
    { deviceId: drifted, kind: 'inventory', document: { hostname: 'edge-1', unknown: { of: 'later' } } },
    { deviceId: clean, kind: 'drift', document: { ...drift(0) } },
    { deviceId: odd, kind: 'drift', document: { count: 1e300, etc: 'none' } },
  ]
  const order = { organizationId, inc: 1, epoch: 1, seq: 1n, hash: 'x', receivedAt: services.now() }
  await services.db.transaction('system', (tx) =>
    tx.deviceDocument.createMany({ data: documents.map((row) => ({ ...order, ...row })) }),
  )
  const found = async (query: Partial<ListDevicesInput>) =>
    Object.fromEntries(
      (await listDevices(ctx, { limit: 50, ...query })).items.map(({ id, drift: count }) => [id, count]),
    )
  expect(await found({})).toEqual({ [drifted]: 3, [clean]: 0, [odd]: null, [silent]: null })
  expect(Object.keys(await found({ drifted: true }))).toContain(drifted)
  expect(Object.keys(await found({ drifted: false })).toSorted()).toEqual([clean, silent].toSorted())

  const summary = await getFleetSummary(ctx)
  expect(summary.driftedDevices).toBe(Object.keys(await found({ drifted: true })).length)

  const machine = await getDeviceMachine(ctx, { id: drifted })
  expect(machine.drift?.document).toEqual(drift(3))
  expect(machine.inventory?.document).toEqual({ hostname: 'edge-1' })
  expect(await getDeviceMachine(ctx, { id: odd })).toMatchObject({ drift: null, inventory: null, failedChecks: [] })
})
