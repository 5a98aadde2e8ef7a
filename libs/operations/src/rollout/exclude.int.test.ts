import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { explainDevice } from '../device/explain-device.ts'
import { updateDevice } from '../device/update-device.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { previewRollout } from './preview-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

test('devices are left out by label with that reason; one that was granted its reboot finishes', async () => {
  fleet = await TestFleet.create({ devices: 5, maxUnavailable: 1 })
  const label = (device: number, labels: Record<string, string>) =>
    updateDevice(fleet.ctx, { id: fleet.devices[device]!.id, labels })
  await label(0, { tier: 'frozen' })
  await label(1, { demo: 'yes' })
  const policy = quickPolicy({ waves: [], exclude: 'tier=frozen' })
  const input = {
    channel: 'edge-stable',
    release: await fleet.release(1),
    policy,
    exclude: 'demo',
    start: 'now',
  } as const
  const preview = await previewRollout(fleet.ctx, input)
  expect(preview).toMatchObject({ eligible: 3, excluded: [{ count: 2, because: { code: 'skip.excluded' } }] })
  const { id } = await createRollout(fleet.ctx, input)
  await fleet.settle()
  const statesNow = async () => {
    const { items } = await listTargets(fleet.ctx, { rollout: id, limit: 50 })
    const stateOf = new Map(items.map(({ deviceId, state }) => [deviceId, state]))
    return fleet.devices.map((device) => stateOf.get(device.id) ?? '')
  }
  for (let round = 0; round < 10 && !(await statesNow()).includes('granted'); round++)
    for (const device of fleet.devices) {
      await device.obey()
      await fleet.settle()
      if ((await statesNow()).includes('granted')) break
    }
  const now = await statesNow()
  const granted = now.indexOf('granted')
  const staged = now.findIndex((state) => ['pending', 'offered', 'downloading', 'staged'].includes(state))
  for (const device of [granted, staged]) await label(device, { tier: 'frozen' })
  await fleet.settle()
  for (let round = 0; round < 6; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
  const { items } = await listTargets(fleet.ctx, { rollout: id, limit: 50 })
  const ends = new Map(items.map(({ deviceId, state, because }) => [deviceId, [state, because.code]]))
  const endOf = (device: number) => ends.get(fleet.devices[device]!.id)
  for (const device of [0, 1, staged]) expect(endOf(device)).toEqual(['skipped', 'skip.excluded'])
  expect(endOf(granted)?.[0]).toBe('succeeded')
  expect(fleet.devices[granted]!.booted).toBe(digestOf(1))
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({
    state: 'completed',
    counts: { succeeded: 2, skipped: 3 },
  })
  const { reasons } = await explainDevice(fleet.ctx, { id: fleet.devices[0]!.id })
  expect(reasons.map(({ code }) => code)).toContain('skip.excluded')
})
