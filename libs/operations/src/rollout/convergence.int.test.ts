import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { PostSignal } from '@bootfleet/contracts'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { explainDevice } from '../device/explain-device.ts'
import { updateDevice } from '../device/update-device.ts'
import { updateGroup } from '../group/update-group.ts'
import { postSignal } from '../signal/post-signal.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { promoteRollout } from './promote-rollout.ts'
import { retryRollout } from './retry-rollout.ts'
import { rollBackRollout } from './roll-back-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const dayMs = 86_400
const quick = () => quickPolicy({ waves: [], rest: { soakSec: 0 } })
const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const targetOf = async (rollout: string, id: string) =>
  (await listTargets(fleet.ctx, { rollout, limit: 50 })).items.find(({ deviceId }) => deviceId === id)

async function start(n: number, input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const common = { channel: 'edge-stable', policy: quick(), start: 'now' } as const
  const { id } = await createRollout(fleet.ctx, { ...common, release: await fleet.release(n), ...input })
  await fleet.settle()
  return id
}

async function run(rounds = 6): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

async function addGroup(name: string): Promise<void> {
  const group = { id: randomUUID(), organizationId: fleet.ctx.organizationId, name }
  await fleet.db.transaction('system', (tx) =>
    tx.deviceGroup.create({ data: { ...group, budget: {}, windows: [], blackouts: [] } }),
  )
}

test('a device that was given up converges when it comes back, however late, and the verdict stays', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const [away] = fleet.devices
  await away!.disconnect()
  const id = await start(1)
  await run()
  fleet.clock.advance(8 * 86_400)
  await run(2)
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 2, skipped: 1 } })
  const { because, endedAt } = await read(id)
  fleet.clock.advance(40 * 86_400)
  await fleet.settle()
  await away!.connect()
  await fleet.settle()
  expect(await targetOf(id, away!.id)).toMatchObject({ state: 'offered', wave: 0 })
  expect(await read(id)).toMatchObject({ state: 'completed', because: { code: 'rollout.completed' } })
  await run()
  expect(away!.booted).toBe(digestOf(1))
  const after = await read(id)
  expect(after).toMatchObject({ state: 'completed', because, endedAt, eligible: 3 })
  expect(after.counts).toMatchObject({ succeeded: 3, skipped: 0 })
})

test('a device that is moved into a group of the channel converges, once the rollout is completed', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const [, late, later] = fleet.devices
  await addGroup('elsewhere')
  for (const { id } of [late!, later!]) await updateDevice(fleet.ctx, { id, group: 'elsewhere' })
  const id = await start(1)
  await updateDevice(fleet.ctx, { id: late!.id, group: 'default' })
  await fleet.settle()
  expect(await targetOf(id, late!.id)).toMatchObject({ state: 'skipped', reason: 'joined_late' })
  await run()
  expect(late!.booted).toBe(digestOf(1))
  expect(later!.booted).toBe(digestOf(0))
  await updateDevice(fleet.ctx, { id: later!.id, group: 'default' })
  await run()
  expect(later!.booted).toBe(digestOf(1))
  const rollout = await read(id)
  expect(rollout).toMatchObject({ state: 'completed', eligible: 3, counts: { succeeded: 3, skipped: 0 } })
  expect(rollout.waves.map(({ size }) => size)).toEqual([3])
})

test('a gate that trips on those that converge holds the others, until a person goes on or tries again', async () => {
  fleet = await TestFleet.create({ devices: 4, maxUnavailable: 1 })
  const [, bad, ...others] = fleet.devices
  for (const device of [bad!, ...others]) await device.disconnect()
  const id = await start(1)
  await run()
  fleet.clock.advance(8 * dayMs)
  await run(2)
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 1, skipped: 3 } })
  bad!.behaviour = 'fails-to-boot'
  await bad!.connect()
  await run(4)
  for (const device of others) await device.connect()
  await run()
  expect(await targetOf(id, bad!.id)).toMatchObject({ state: 'rolled_back' })
  expect(others.map(({ booted }) => booted)).toEqual([digestOf(0), digestOf(0)])
  const held = await read(id)
  expect(held.state).toBe('completed')
  expect(held.because.code).toBe('rollout.regressed')
  expect(held.verbs.promote.allowed).toBe(true)
  expect(held.counts).toMatchObject({ pending: 2 })
  const reason = { code: 'rollout.regressed', rolloutState: 'completed' }
  expect((await explainDevice(fleet.ctx, { id: others[0]!.id })).reasons).toContainEqual(
    expect.objectContaining(reason),
  )
  // Whoever names a wave means that, and not who converges: it was opened long ago.
  await promoteRollout(fleet.ctx, { rollout: id, wave: 0 })
  expect((await read(id)).verbs.promote.allowed).toBe(true)
  await promoteRollout(fleet.ctx, { rollout: id })
  await expect(promoteRollout(fleet.ctx, { rollout: id })).rejects.toThrow('a gate holds them')
  await run()
  expect(others.map(({ booted }) => booted)).toEqual([digestOf(1), digestOf(1)])
  bad!.behaviour = 'ok'
  bad!.quarantined = []
  await retryRollout(fleet.ctx, { rollout: id })
  await run()
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 4 } })
})

test('an unhealthy signal about its devices holds who converges, until it is healthy or a person goes on', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const [, ...away] = fleet.devices
  for (const device of away) await device.disconnect()
  const id = await start(1)
  await run()
  fleet.clock.advance(8 * dayMs)
  await run(2)
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 1, skipped: 2 } })
  const expiresAt = new Date(fleet.clock.now().getTime() + dayMs * 1000).toISOString()
  const say = (status: 'healthy' | 'unhealthy') =>
    postSignal(fleet.ctx, PostSignal.parse({ name: 'latency', status, ...(status === 'unhealthy' && { expiresAt }) }))
  await say('unhealthy')
  for (const device of away) await device.connect()
  await run(2)
  const held = await read(id)
  expect(held).toMatchObject({ state: 'completed', counts: { staged: 2 } })
  expect(held.because).toMatchObject({ code: 'convergence.holding', gate: 'signal.holding', signal: 'latency' })
  const { reasons } = await explainDevice(fleet.ctx, { id: away[0]!.id })
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'convergence.holding', signal: 'latency' }))
  await say('healthy')
  await fleet.settle()
  expect((await read(id)).counts).toMatchObject({ granted: 2 })
  expect((await read(id)).because.code).not.toBe('convergence.holding')
  await say('unhealthy')
  await fleet.settle()
  expect((await read(id)).verbs.promote.allowed).toBe(true)
  await promoteRollout(fleet.ctx, { rollout: id })
  await run(4)
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: 3 } })
})

test('what a newer rollout brings is not undone, and who was about to converge is taken along', async () => {
  fleet = await TestFleet.create({ devices: 3, maxUnavailable: 1 })
  const [, ...away] = fleet.devices
  for (const device of away) await device.disconnect()
  const first = await start(1)
  await run()
  fleet.clock.advance(8 * dayMs)
  await run(2)
  for (const device of away) await device.connect()
  await fleet.settle()
  const second = await start(2)
  for (const { id } of away) expect(await targetOf(first, id)).toMatchObject({ state: 'skipped', reason: 'superseded' })
  await run(9)
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([2, 2, 2].map(digestOf))
  expect(await read(second)).toMatchObject({ state: 'completed', counts: { succeeded: 3 } })
  await rollBackRollout(fleet.ctx, { rollout: second })
  await run(14)
  expect((await read(second)).state).toBe('rolled_back')
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([1, 1, 1].map(digestOf))
  const { reasons } = await explainRollout(fleet.ctx, { rollout: first })
  expect(reasons[0]?.code).toBe('rollout.completed')
})

test('who joined while a newer rollout was current converges to the one before when that is rolled back', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const [, moved, same, together] = fleet.devices
  await addGroup('elsewhere')
  await addGroup('others')
  for (const { id } of [moved!, same!]) await updateDevice(fleet.ctx, { id, group: 'elsewhere' })
  await updateDevice(fleet.ctx, { id: together!.id, group: 'others' })
  const first = await start(1)
  await run()
  const newest = []
  for (const n of [2, 3]) {
    newest.unshift(await start(n))
    await run()
  }
  // One is taken in, and one has the image already and is no target.
  same!.booted = digestOf(3)
  await same!.obey()
  for (const { id } of [moved!, same!]) await updateDevice(fleet.ctx, { id, group: 'default' })
  await updateGroup(fleet.ctx, { group: 'others', channel: 'edge-stable' })
  await run()
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([3, 3, 3, 0].map(digestOf))
  await rollBackRollout(fleet.ctx, { rollout: newest[0]! })
  await fleet.settle()
  expect(await targetOf(newest[1]!, moved!.id)).toBeUndefined()
  await run(14)
  expect((await read(newest[0]!)).state).toBe('rolled_back')
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([2, 2, 2, 0].map(digestOf))
  await rollBackRollout(fleet.ctx, { rollout: newest[1]! })
  await run(14)
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([1, 1, 1, 0].map(digestOf))
  for (const { id } of [moved!, same!]) expect(await targetOf(first, id)).toMatchObject({ state: 'succeeded' })
  expect(await targetOf(first, together!.id)).toBeUndefined()
  const { reasons } = await explainDevice(fleet.ctx, { id: together!.id })
  expect(reasons).toContainEqual(expect.objectContaining({ code: 'device.not_on_current' }))
  expect((await fleet.db.transaction('system', (tx) => tx.channel.findFirst()))?.joinCursor).toBeNull()
})

test('who never had the release before converges to it, also when it was away until the roll-back was over', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const [, late] = fleet.devices
  await late!.disconnect()
  const first = await start(1)
  await run(4)
  fleet.clock.advance(8 * dayMs)
  await run(2)
  const second = await start(2)
  await late!.connect()
  await run()
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([2, 2].map(digestOf))
  await late!.disconnect()
  await rollBackRollout(fleet.ctx, { rollout: second })
  await run(4)
  fleet.clock.advance(8 * dayMs)
  await run(2)
  const { rollback } = await read(second)
  expect(rollback).toMatchObject({ state: 'completed' })
  await late!.connect()
  await run(18)
  expect(await targetOf(rollback!.id, late!.id)).toMatchObject({ state: 'succeeded' })
  expect(await targetOf(first, late!.id)).toMatchObject({ state: 'succeeded' })
  expect(fleet.devices.map(({ booted }) => booted)).toEqual([1, 1].map(digestOf))
})
