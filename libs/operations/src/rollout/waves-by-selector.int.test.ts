import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PolicyInput } from '@bootfleet/contracts'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { explainDevice } from '../device/explain-device.ts'
import { removeDevice } from '../device/remove-device.ts'
import { updateDevice } from '../device/update-device.ts'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { previewRollout } from './preview-rollout.ts'
import { promoteRollout } from './promote-rollout.ts'

const kinds = ['lab', 'lab', 'lab', 'kiosk', 'kiosk', 'shop', 'shop', 'shop', 'shop', 'shop']
const common = { soakSec: 0, gate: { maxFailures: 0 } }
const waves: PolicyInput['waves'] = [
  { name: 'lab', selector: 'kind=lab', size: { count: 2 }, ...common },
  { name: 'some', size: { percent: 40 }, ...common },
  { name: 'kiosks', selector: 'kind in (kiosk)', ...common },
]

let fleet: TestFleet
beforeEach(async () => {
  fleet = await TestFleet.create({ devices: kinds.length })
  for (const [index, kind] of kinds.entries()) await relabel(index, kind)
})
afterEach(() => fleet[Symbol.asyncDispose]())

const relabel = (index: number, kind: string) =>
  updateDevice(fleet.ctx, { id: fleet.devices[index]!.id, labels: { kind } })

async function inputOf(overrides: PolicyInput = {}) {
  const policy = quickPolicy({ waves, rest: common, ...overrides })
  return { channel: 'edge-stable', release: await fleet.release(1), policy, start: 'now' } as const
}

/** Until the rollout is completed, if it comes to that. */
async function run(rollout: string, rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    if ((await getRollout(fleet.ctx, { rollout })).state === 'completed') return
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

/** What the devices of each wave are, in the order of their enrollment. */
async function kindsByWave(rollout: string): Promise<Record<string, string[]>> {
  const { items } = await listTargets(fleet.ctx, { rollout, limit: 50 })
  const found: Record<string, string[]> = {}
  fleet.devices.forEach(({ id }, index) => {
    const wave = items.find(({ deviceId }) => deviceId === id)?.wave
    if (wave != null) (found[wave] ??= []).push(kinds[index]!)
  })
  return found
}

test('each wave takes devices that its selector names, one without leaves those of later waves alone, and the preview says it', async () => {
  const input = await inputOf()
  const preview = await previewRollout(fleet.ctx, input)
  const kindOf = new Map(fleet.devices.map(({ id }, index) => [id, kinds[index]]))
  expect(preview).toMatchObject({
    eligible: 10,
    mergedWaves: [],
    warnings: [],
    waves: [
      { name: 'lab', selector: 'kind=lab', size: 2 },
      { name: 'some', selector: null, size: 2 },
      { name: 'kiosks', selector: 'kind in (kiosk)', size: 2 },
      { name: 'rest', selector: null, size: 4 },
    ],
  })
  const [lab, some, kiosks, rest] = preview.waves.map(({ devices }) => devices.map(({ id }) => kindOf.get(id)))
  expect(lab).toEqual(['lab', 'lab'])
  expect(some).not.toContain('kiosk')
  expect(kiosks).toEqual(['kiosk', 'kiosk'])
  expect([...some!, ...rest!].filter((kind) => kind === 'shop')).toHaveLength(5)
  expect([...some!, ...rest!]).toContain('lab')
  expect(preview.waves[0]?.reserves.map(({ id }) => kindOf.get(id))).toEqual(['lab'])
  expect(new Set(preview.waves.flatMap(({ devices }) => devices.map(({ id }) => id))).size).toBe(10)

  const { id } = await createRollout(fleet.ctx, input)
  await run(id)
  const rollout = await getRollout(fleet.ctx, { rollout: id })
  expect(rollout).toMatchObject({ state: 'completed', counts: { succeeded: 10 } })
  expect(rollout.waves.map(({ size, selector }) => [size, selector])).toEqual([
    [2, 'kind=lab'],
    [2, null],
    [2, 'kind in (kiosk)'],
    [4, null],
  ])
  const taken = await kindsByWave(id)
  expect(taken).toMatchObject({ 0: ['lab', 'lab'], 2: ['kiosk', 'kiosk'] })
  expect(taken[1]).not.toContain('kiosk')
})

test('the place of a device that goes silent goes to the next that matches, and waits while there is none', async () => {
  const timeouts = { unreachableAfterSec: 60 }
  const { id } = await createRollout(fleet.ctx, await inputOf({ timeouts }))
  const whyWaits = async (index: number) =>
    (await explainDevice(fleet.ctx, { id: fleet.devices[index]!.id })).reasons.find(
      ({ code }) => code === 'target.waits_for_wave',
    )
  for (const device of fleet.devices.slice(0, 3)) await device.disconnect()
  await fleet.settle()
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({
    because: { code: 'wave.waiting_for_devices', missing: 2, selector: 'kind=lab' },
  })
  expect(await whyWaits(0)).toMatchObject({ wave: 0, selector: 'kind=lab' })
  expect((await whyWaits(0))?.message).toContain('in line for wave 1 "lab"')
  expect((await whyWaits(3))?.message).toMatch(/waits for wave 3 "kiosks", which takes devices that match kind in/)
  expect((await whyWaits(9))?.message).toMatch(/waits for wave 2 "some"\. It has not opened/)
  // That a device connects is only hinted at; what waits for it looks by itself now and then.
  const look = async (afterSec: number) => {
    fleet.clock.advance(afterSec)
    await fleet.settle()
  }
  const [one, two, three] = fleet.devices
  await one!.connect()
  await two!.connect()
  await look(31)
  expect(await kindsByWave(id)).toEqual({ 0: ['lab', 'lab'] })
  await one!.disconnect()
  await look(61)
  expect(await kindsByWave(id)).toEqual({ 0: ['lab'] })
  await three!.connect()
  await look(31)
  expect(await kindsByWave(id)).toEqual({ 0: ['lab', 'lab'] })
  await one!.connect()
  await run(id)
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({ state: 'completed', counts: { succeeded: 10 } })
})

test('devices that leave before a wave took them cost it a place only where nobody else matches', async () => {
  const { id } = await createRollout(fleet.ctx, await inputOf())
  for (const device of fleet.devices) await device.disconnect()
  await fleet.settle()
  const leave = async (index: number) => {
    await removeDevice(fleet.ctx, { id: fleet.devices[index]!.id })
    await fleet.settle()
  }
  const skipped = async () => (await getRollout(fleet.ctx, { rollout: id })).waves.map(({ counts }) => counts.skipped)
  await leave(0)
  expect(await skipped()).toEqual([0, 0, 0, 1])
  await leave(1)
  expect(await skipped()).toEqual([1, 0, 0, 1])
  await leave(3)
  expect(await skipped()).toEqual([1, 0, 1, 1])
  for (const index of [2, 4, 5, 6, 7, 8, 9]) await fleet.devices[index]!.connect()
  await run(id)
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({
    state: 'completed',
    counts: { succeeded: 7, skipped: 3 },
  })
})

test('a first wave that nobody matches is no canary that passes: the start is refused, and what is emptied later holds', async () => {
  for (const index of [0, 1, 2]) await relabel(index, 'shop')
  const input = await inputOf()
  const preview = await previewRollout(fleet.ctx, input)
  expect(preview.waves[0]).toMatchObject({ name: 'lab', size: 0, devices: [] })
  expect(preview.warnings[0]).toMatchObject({ code: 'preview.first_wave_empty' })
  const refused = createRollout(fleet.ctx, input)
  await expect(refused).rejects.toMatchObject({ reason: 'first_wave_empty', message: /"lab".*kind=lab.*none/s })

  await relabel(0, 'lab')
  const { id } = await createRollout(fleet.ctx, input)
  await relabel(0, 'shop')
  await run(id, 2)
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({
    state: 'running',
    because: { code: 'wave.nobody_matches', selector: 'kind=lab' },
    counts: { pending: 10 },
  })
  await promoteRollout(fleet.ctx, { rollout: id })
  await run(id)
  expect(await getRollout(fleet.ctx, { rollout: id })).toMatchObject({
    state: 'completed',
    counts: { succeeded: 10 },
    because: { message: expect.stringMatching(/^3 of 4 waves passed; wave 1 was promoted by /), promoted: 1 },
    waves: [
      { state: 'promoted', promoted: { by: fleet.ctx.actor.name } },
      { state: 'passed', promoted: null },
      { state: 'passed' },
      { state: 'passed' },
    ],
  })
})

test('the preview names what is merged, and devices that match more than one selector', async () => {
  const policy = {
    waves: [
      { name: 'canary', size: { count: 1 }, ...common },
      { name: 'labs', selector: 'kind in (lab,kiosk)', size: { count: 1 }, ...common },
      { name: 'kiosks', selector: 'kind=kiosk', ...common },
      { name: 'moon', selector: 'kind=moon', ...common },
    ],
  }
  const { waves: planned, mergedWaves, warnings } = await previewRollout(fleet.ctx, await inputOf(policy))
  expect(planned.map(({ name, size }) => [name, size])).toEqual([
    ['canary', 1],
    ['labs', 1],
    ['rest', 8],
  ])
  expect(mergedWaves).toEqual(['kiosks', 'moon'])
  expect(warnings).toMatchObject([
    { code: 'preview.selectors_overlap', selector: 'kind=kiosk', devices: 2, elsewhere: 2 },
    { code: 'preview.nobody_matches', selector: 'kind=moon' },
  ])
})
