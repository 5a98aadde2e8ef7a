import { afterEach, expect, test } from 'vitest'
import { PostSignal, Rollout } from '@bootfleet/contracts'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout } from '../rollout/create-rollout.ts'
import { getRollout } from '../rollout/get-rollout.ts'
import { listRolloutEvents } from '../rollout/list-rollout-events.ts'
import { listTargets } from '../rollout/list-targets.ts'
import { promoteRollout } from '../rollout/promote-rollout.ts'
import { resumeRollout } from '../rollout/resume-rollout.ts'
import { explainDevice } from '../device/explain-device.ts'
import { listSignals } from './list-signals.ts'
import { postSignal } from './post-signal.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const gate = { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 }

async function start(signals: 'ignore' | 'hold' | 'trip'): Promise<string> {
  const waves = [{ name: 'canary', size: { count: 1 }, soakSec: 0, gate: { ...gate, signals } }]
  const policy = quickPolicy({ waves, rest: { soakSec: 0, gate: { ...gate, signals } } })
  const release = await fleet.release(1)
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
  await fleet.settle()
  return id
}

const post = (input: object) => postSignal(fleet.ctx, PostSignal.parse({ name: 'latency', ...input }))
const unhealthy = (more: object = {}) => post({ status: 'unhealthy', message: 'p99 is 3 s', ...more })
const read = async (rollout: string) => Rollout.parse(await getRollout(fleet.ctx, { rollout }))
const kinds = async (rollout: string) =>
  (await listRolloutEvents(fleet.ctx, { rollout, limit: 200 })).items.map(({ kind }) => kind)

async function run(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

async function complete(rollout: string): Promise<void> {
  for (let round = 0; round < 15 && (await read(rollout)).state === 'running'; round++) await run(1)
  expect(await read(rollout)).toMatchObject({ state: 'completed' })
}

test('a signal that holds stops the rollout where it is, and its end lets it go on', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const id = await start('hold')
  await unhealthy({ expiresAt: new Date(fleet.clock.now().getTime() + 86_400_000).toISOString() })
  await run(3)
  const held = await read(id)
  expect(held.because).toMatchObject({ code: 'signal.holding', signal: 'latency', numerator: 1 })
  expect(held.waves.map(({ state }) => state)).toEqual(['open', 'pending'])
  expect(held.waves[0]?.evaluation).toMatchObject([{ metric: 'signals', verdict: 'hold', signal: 'latency' }])
  expect(fleet.devices.every(({ boots }) => boots === 0)).toBe(true)
  const [target] = (await listTargets(fleet.ctx, { rollout: id, wave: 0, limit: 1 })).items
  const { reasons } = await explainDevice(fleet.ctx, { id: target?.deviceId ?? '' })
  expect(reasons.map(({ code }) => code)).toContain('signal.holding')
  await post({ status: 'healthy' })
  await complete(id)
  expect((await read(id)).counts.succeeded).toBe(2)
  expect(await kinds(id)).toEqual(expect.arrayContaining(['rollout.held', 'rollout.released']))
  expect((await kinds(id)).filter((kind) => kind === 'rollout.held')).toHaveLength(1)
})

test('a signal that nobody renews ends by itself', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const id = await start('hold')
  await unhealthy({ expiresAt: new Date(fleet.clock.now().getTime() + 60_000).toISOString() })
  await run(1)
  expect((await read(id)).because.code).toBe('signal.holding')
  await run(2)
  await complete(id)
})

test('a signal that trips pauses the rollout once a device of the wave has applied, and whoever goes on accepts it', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const id = await start('trip')
  const [target] = (await listTargets(fleet.ctx, { rollout: id, wave: 0, limit: 1 })).items
  const device = fleet.devices.find((one) => one.id === target?.deviceId)
  for (let i = 0; i < 6 && device?.boots === 0; i++) await device.obey().then(() => fleet.settle())
  expect(device?.boots).toBe(1)
  await unhealthy({ devices: [target?.deviceId] })
  await run(2)
  const tripped = await read(id)
  expect(tripped).toMatchObject({ state: 'paused', because: { code: 'gate.signal', signal: 'latency' } })
  expect(tripped.counts).toMatchObject({ failed: 0, rolled_back: 0, timed_out: 0 })
  expect(tripped.waves[0]?.evaluation).toMatchObject([{ metric: 'signals', verdict: 'trip', numerator: 1 }])
  await expect(resumeRollout(fleet.ctx, { rollout: id })).rejects.toMatchObject({ reason: 'choice_required' })
  await resumeRollout(fleet.ctx, { rollout: id, choice: 'continue' })
  await complete(id)
})

test('a signal about other devices, or for a gate that ignores signals, changes nothing', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const id = await start('ignore')
  await unhealthy()
  await run(3)
  await unhealthy({ name: 'elsewhere', selector: 'site=nowhere' })
  await complete(id)
})

test('an operator who opens the next wave accepts the signals of now, not later ones', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const id = await start('hold')
  await unhealthy()
  await run(1)
  await promoteRollout(fleet.ctx, { rollout: id })
  await fleet.settle()
  expect((await read(id)).because.code).not.toBe('signal.holding')
  fleet.clock.advance(1)
  await unhealthy({ name: 'errors' })
  await fleet.settle()
  expect((await read(id)).because).toMatchObject({ code: 'signal.holding', signal: 'errors' })
})

test('what is posted is answered with how many devices it is about now', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [device] = fleet.devices
  expect(await unhealthy()).toMatchObject({ deviceCount: 2, signals: [{ inForce: true }] })
  expect(await unhealthy({ selector: 'site=nowhere' })).toMatchObject({ deviceCount: 0, signals: [{ inForce: true }] })
  const devices = [device!.id, fleet.services.newId()]
  expect(await unhealthy({ devices })).toMatchObject({ deviceCount: 1 })
})

test('the same signal again prolongs it, and healthy ends what it names', async () => {
  fleet = await TestFleet.create({ devices: 1 })
  const first = await unhealthy({ selector: 'site=a' })
  fleet.clock.advance(60)
  const again = await unhealthy({ selector: 'site=a' })
  expect(again.signals[0]).toMatchObject({ id: first.signals[0]?.id, since: first.signals[0]?.since, inForce: true })
  expect(again.signals[0]?.expiresAt).not.toBe(first.signals[0]?.expiresAt)
  await unhealthy({ selector: 'site=b' })
  expect((await post({ status: 'healthy', selector: 'site=a' })).signals).toMatchObject([{ inForce: false }])
  expect((await listSignals(fleet.ctx, { state: 'in_force', limit: 10 })).items).toMatchObject([{ selector: 'site=b' }])
  expect((await post({ status: 'healthy' })).signals).toHaveLength(1)
  expect((await post({ status: 'healthy' })).signals).toEqual([])
  expect((await listSignals(fleet.ctx, { state: 'all', limit: 10 })).items).toHaveLength(2)
  await expect(unhealthy({ expiresAt: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({ code: 'invalid' })
})
