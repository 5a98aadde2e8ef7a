import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { retryRollout } from './retry-rollout.ts'
import { rollBackRollout } from './roll-back-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const atOnce = () => quickPolicy({ waves: [], rest: { soakSec: 0 } })
const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const images = () => fleet.devices.map(({ booted }) => booted)
const all = (digest: string) => fleet.devices.map(() => digest)

async function start(n: number, policy = atOnce()): Promise<string> {
  const release = await fleet.release(n)
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now' })
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

async function completed(n: number): Promise<string> {
  const id = await start(n)
  await run()
  expect(await read(id)).toMatchObject({ state: 'completed', counts: { succeeded: fleet.devices.length } })
  return id
}

async function rollBack(rollout: string, rounds = 6): Promise<void> {
  await rollBackRollout(fleet.ctx, { rollout })
  await run(rounds)
}

/** Nothing was ever said against it: its devices are on it, or something newer has taken them. */
async function stands(rollout: string): Promise<void> {
  const { state, because, counts } = await read(rollout)
  expect([state, because.code, counts.succeeded]).toEqual(['completed', 'rollout.completed', fleet.devices.length])
  const found = await fleet.db.transaction('system', (tx) =>
    tx.rolloutEvent.findMany({ where: { rolloutId: rollout, kind: { contains: 'regressed' } } }),
  )
  expect(found.map(({ because: why }) => why)).toEqual([])
}

test('a release that devices go back to from a newer one has not lost them, and loses those that leave it by themselves', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const older = await completed(1)
  const newer = await completed(2)
  await rollBack(newer)
  expect(await read(newer)).toMatchObject({ state: 'rolled_back' })
  expect(images()).toEqual(all(digestOf(1)))
  await stands(older)
  await fleet.devices[0]!.regress(digestOf(2))
  await fleet.settle()
  expect(await read(older)).toMatchObject({
    because: { code: 'rollout.regressed', numerator: 1 },
    counts: { succeeded: 2, rolled_back: 1 },
  })
})

test('nor has it lost those that a newer one had reached when it was rolled back half way, nor who comes back late', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const older = await completed(1)
  const newer = await start(2, quickPolicy({ rest: { soakSec: 0 } }))
  await run(2)
  expect(images().filter((booted) => booted === digestOf(2))).toHaveLength(1)
  const canary = fleet.devices.find(({ booted }) => booted === digestOf(2))
  await canary!.disconnect()
  await rollBack(newer, 2)
  await stands(older)
  await canary!.connect()
  await run()
  expect(await read(newer)).toMatchObject({ state: 'rolled_back' })
  expect(images()).toEqual(all(digestOf(1)))
  await stands(older)
})

test('who cannot go back, and is tried again, has left the older release by the newer one', async () => {
  fleet = await TestFleet.create({ devices: 3 })
  const older = await completed(1)
  const newer = await completed(2)
  const [stuck] = fleet.devices
  stuck!.behaviour = 'fails-to-boot'
  await rollBack(newer)
  expect(stuck!.booted).toBe(digestOf(2))
  await stands(older)
  const child = (await read(newer)).rollback?.id ?? ''
  expect(await read(child)).toMatchObject({ state: 'completed', counts: { succeeded: 2, rolled_back: 1 } })
  stuck!.behaviour = 'ok'
  stuck!.quarantined = []
  await retryRollout(fleet.ctx, { rollout: child })
  await run()
  expect(stuck!.booted).toBe(digestOf(1))
  await stands(older)
  await stuck!.regress(digestOf(2))
  await fleet.settle()
  const { items } = await listTargets(fleet.ctx, { rollout: older, limit: 10 })
  expect(items.find(({ deviceId }) => deviceId === stuck!.id)).toMatchObject({ state: 'rolled_back' })
})

test('a release that two newer ones went over stands when they are taken back one after the other', async () => {
  fleet = await TestFleet.create({ devices: 2 })
  const first = await completed(1)
  const second = await completed(2)
  const third = await completed(3)
  await rollBack(third)
  expect(images()).toEqual(all(digestOf(2)))
  await stands(first)
  await stands(second)
  await rollBack(second)
  expect(images()).toEqual(all(digestOf(1)))
  await stands(first)
})
