import { afterEach, expect, test } from 'vitest'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { getRollout } from './get-rollout.ts'
import { listTargets } from './list-targets.ts'
import { rollBackRollout } from './roll-back-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

async function start(input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const release = await fleet.release(1)
  const policy = quickPolicy()
  const { id } = await createRollout(fleet.ctx, { channel: 'edge-stable', release, policy, start: 'now', ...input })
  await fleet.settle()
  return id
}

const read = (rollout: string) => getRollout(fleet.ctx, { rollout })
const childOf = async (parent: string) => {
  const { rollback } = await read(parent)
  if (!rollback) throw new Error('no roll-back')
  return rollback.id
}

/** Devices report until nothing changes any more; soaks pass. */
async function run(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

test('a running rollout is rolled back: whoever has the release goes back to its own image, the others stay', async () => {
  fleet = await TestFleet.create({ devices: 4 })
  const id = await start({ policy: quickPolicy({ waves: [{ name: 'canary', size: { count: 2 }, soakSec: 600 }] }) })
  await run(4)
  expect((await read(id)).counts).toMatchObject({ soaking: 2, pending: 2 })
  await rollBackRollout(fleet.ctx, { rollout: id })
  const rolling = await read(id)
  expect([rolling.state, rolling.because.code]).toEqual(['rolling_back', 'operator.roll_back'])
  await run(8)
  const [parent, child] = [await read(id), await read(await childOf(id))]
  expect(parent).toMatchObject({
    state: 'rolled_back',
    because: { code: 'rollout.rolled_back' },
    counts: { reverted: 2, skipped: 2 },
  })
  expect(child).toMatchObject({
    kind: 'rollback',
    parentId: id,
    state: 'completed',
    counts: { succeeded: 2 },
    eligible: 2,
  })
  expect(fleet.devices.map(({ booted }) => booted)).toEqual(fleet.devices.map(() => digestOf(0)))
  expect(fleet.devices.map(({ boots }) => boots).toSorted()).toEqual([0, 0, 2, 2])
  const targets = (await listTargets(fleet.ctx, { rollout: child.id, limit: 10 })).items
  expect(targets.map(({ digest, fromDigest }) => [digest, fromDigest])).toEqual([
    [digestOf(0), digestOf(1)],
    [digestOf(0), digestOf(1)],
  ])
})
