import { afterEach, expect, test } from 'vitest'
import type { Budget } from '@bootfleet/contracts'
import { quickPolicy, TestFleet } from '@bootfleet/testkit'
import { getGroupUsage } from '../group/get-group-usage.ts'
import { updateGroup } from '../group/update-group.ts'
import { advanceRollout } from './advance-rollout.ts'
import { createRollout, type CreateRolloutInput } from './create-rollout.ts'
import { explainRollout } from './explain-rollout.ts'
import { getRollout } from './get-rollout.ts'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const everybody = quickPolicy({ waves: [], rest: { soakSec: 0, gate: { minSuccessPercent: 0 } } })

/** Gives the devices their labels, in their order. */
async function label(labels: readonly Record<string, string>[]): Promise<void> {
  await fleet.db.transaction('system', async (tx) => {
    for (const [index, each] of labels.entries())
      await tx.device.update({ where: { id: fleet.devices[index]!.id }, data: { labels: each } })
  })
}

function setBudget(budget: Budget): Promise<unknown> {
  return updateGroup(fleet.ctx, { group: fleet.groupId, budget })
}

async function start(input: Partial<CreateRolloutInput> = {}): Promise<string> {
  const release = input.release ?? (await fleet.release(1))
  return (
    await createRollout(fleet.ctx, { channel: 'edge-stable', policy: everybody, start: 'now', ...input, release })
  ).id
}

/** Slots that are held, by value of the label "site". */
async function held(): Promise<Record<string, number>> {
  const rows = await fleet.db.transaction(
    'system',
    (tx) => tx.$queryRaw<{ site: string; count: number }[]>`
      SELECT coalesce(d.labels ->> 'site', '-') AS site, count(*)::int AS count
      FROM budget_slot b JOIN device d ON d.id = b.device_id GROUP BY 1 ORDER BY 1`,
  )
  return Object.fromEntries(rows.map(({ site, count }) => [site, count]))
}

const quota = (slots: number, perValue: Budget['maxUnavailablePerValue']) => ({
  maxUnavailable: { count: slots },
  groupBy: 'site',
  maxUnavailablePerValue: perValue,
  maxDownloading: 50,
})

test('so many devices of each site are down at once, and of those without one', async () => {
  fleet = await TestFleet.create({ devices: 8 })
  await label(['a', 'a', 'a', 'a', 'a', 'b'].map((site) => ({ site })))
  await setBudget(quota(5, { percent: 40 }))
  const id = await start()
  await fleet.settle()
  for (const device of fleet.devices.slice(6)) device.behaviour = 'never-returns'
  await fleet.reportAll()
  // 40 % of five devices, and of one and of two, which is never nobody.
  expect(await held()).toEqual({ '-': 1, a: 2, b: 1 })
  for (let round = 0; round < 8 && (await succeeded(id)) < 6; round++) {
    await fleet.reportAll()
    const { a = 0, b = 0, '-': none = 0 } = await held()
    expect([a <= 2, b <= 1, none === 1]).toEqual([true, true, true])
    fleet.clock.advance(31)
  }
  await fleet.settle()
  const { counts, because } = await getRollout(fleet.ctx, { rollout: id })
  expect(counts).toMatchObject({ succeeded: 6, staged: 1 })
  const holders = fleet.devices.filter(({ connected }) => !connected).map(({ name }) => name)
  expect(because).toMatchObject({ code: 'budget.bucket_full', value: null, holders: holders.join() })
  const { reasons } = await explainRollout(fleet.ctx, { rollout: id })
  expect(reasons[0]).toMatchObject({ code: 'budget.bucket_full', label: 'site' })
})

test('a full bucket keeps nobody of another waiting, wherever they are in the order', async () => {
  fleet = await TestFleet.create({ devices: 6 })
  await label(['a', 'a', 'a', 'a', 'a', 'b'].map((site) => ({ site })))
  await setBudget(quota(2, { count: 1 }))
  await start()
  await fleet.settle()
  await fleet.reportAll()
  expect(await held()).toEqual({ a: 1, b: 1 })
  const usage = { devices: 6, slots: 2, taken: 2, free: 0, notBack: 0, label: 'site', maxDownloading: 50, closed: null }
  expect(await getGroupUsage(fleet.ctx, { group: fleet.groupId })).toMatchObject({
    ...usage,
    buckets: [
      { value: 'a', slots: 1, taken: 1, holders: [expect.any(String)] },
      { value: 'b', slots: 1, taken: 1, holders: [expect.any(String)] },
    ],
  })
  await fleet.db.transaction('system', (tx) => tx.rolloutTarget.updateMany({ data: { state: 'timed_out' } }))
  expect(await getGroupUsage(fleet.ctx, { group: fleet.groupId })).toMatchObject({ ...usage, notBack: 2 })
})

test('two rollouts that take their turns at the same moment never exceed the budget together', async () => {
  fleet = await TestFleet.create({ devices: 8 })
  await label(fleet.devices.map((_device, place) => ({ half: place % 2 ? 'x' : 'y', site: place % 4 < 2 ? 'a' : 'b' })))
  await setBudget(quota(3, { count: 2 }))
  const release = await fleet.release(1)
  const first = await start({ release, selector: 'half=x' })
  const second = await start({ release, selector: 'half=y' })
  // Rollouts of one channel supersede each other; here both go on.
  await fleet.db.transaction('system', (tx) =>
    tx.rollout.update({ where: { id: first }, data: { state: 'running', supersededBy: null } }),
  )
  const rollouts = [first, second]
  for (let round = 0; round < 25 && (await Promise.all(rollouts.map(succeeded))).join() !== '4,4'; round++) {
    for (let turn = 0; turn < 3; turn++)
      await Promise.all(rollouts.map((rolloutId) => advanceRollout(fleet.services, { rolloutId })))
    const { a = 0, b = 0 } = await held()
    expect([a <= 2, b <= 2, a + b <= 3]).toEqual([true, true, true])
    for (const device of fleet.devices) await device.obey()
    fleet.clock.advance(31)
  }
  expect(await Promise.all(rollouts.map(succeeded))).toEqual([4, 4])
})

async function succeeded(rollout: string): Promise<number> {
  return (await getRollout(fleet.ctx, { rollout })).counts.succeeded ?? 0
}
