import { afterEach, describe, expect, test } from 'vitest'
import {
  advanceRollout,
  createPolicy,
  createRollout,
  getRollout,
  listTargets,
  previewRollout,
  updatePolicy,
} from '@bootfleet/operations'
import { digestOf, quickPolicy, TestFleet } from '@bootfleet/testkit'

let fleet: TestFleet
afterEach(() => fleet[Symbol.asyncDispose]())

const atOnce = () => quickPolicy({ waves: [], rest: { soakSec: 0 } })
const read = (rollout: string) => getRollout(fleet.ctx, { rollout })

async function start(policy: ReturnType<typeof quickPolicy> | string = atOnce(), selector?: string): Promise<string> {
  const release = await fleet.release(1)
  const input = { channel: 'edge-stable', release, policy, start: 'now', ...(selector && { selector }) } as const
  const { id } = await createRollout(fleet.ctx, input)
  await fleet.settle()
  return id
}

async function run(rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await fleet.reportAll()
    fleet.clock.advance(31)
    await fleet.settle()
  }
}

async function order(rollout: string): Promise<string[]> {
  return (await listTargets(fleet.ctx, { rollout, limit: 100 })).items.map(({ deviceName }) => deviceName)
}

describe('many at once', () => {
  // Slots are taken by comparing and swapping without another try: with many clients nearly all calls fail, and slots stay
  // free. Or they are counted and then given, and two who count at once give one too many.
  test('ten looks at once fail neither each other nor the budget', async () => {
    fleet = await TestFleet.create({ devices: 6, maxUnavailable: 3 })
    const id = await start()
    for (const device of fleet.devices) await device.obey()
    const looks = Array.from({ length: 10 }, () => advanceRollout(fleet.services, { rolloutId: id }))
    const failed = (await Promise.allSettled(looks)).filter(({ status }) => status === 'rejected')
    expect(failed).toEqual([])
    await fleet.settle()
    expect((await read(id)).counts).toMatchObject({ granted: 3, staged: 3 })
    expect(await fleet.db.transaction('system', (tx) => tx.budgetSlot.count())).toBe(3)
  })
})

describe('the order of devices', () => {
  // Groups are filled with whatever the database returns first, or by name: the same devices take the risk each time.
  test('who comes first is neither the oldest nor the same each time, and does not change while it runs', async () => {
    fleet = await TestFleet.create({ devices: 8 })
    const drafts: string[][] = []
    for (let draft = 0; draft < 3; draft++) {
      const id = await start()
      drafts.push(await order(id))
      expect(await order(id)).toEqual(drafts[draft])
    }
    const enrolled = fleet.devices.map(({ name }) => name)
    for (const names of drafts) expect(names.toSorted()).toEqual(enrolled.toSorted())
    expect(new Set([enrolled, ...drafts].map((names) => names.join())).size).toBe(4)
  })
})

describe('what changes while a rollout runs', () => {
  // Who edits the batches starts them anew, and who deletes them sends the rest of the fleet at once.
  test('a policy that is changed does not change the rollouts that use it', async () => {
    fleet = await TestFleet.create({ devices: 4 })
    const { id: policy } = await createPolicy(fleet.ctx, { name: 'careful', description: '', spec: quickPolicy() })
    const id = await start('careful')
    await updatePolicy(fleet.ctx, { policy, spec: atOnce() })
    await run(2)
    expect((await read(id)).waves.map(({ size }) => size)).toEqual([1, 3])
    expect(fleet.devices.filter(({ boots }) => boots > 0)).toHaveLength(1)
  })

  // Devices that were chosen for one version are written the newest one, when that was published in between.
  test('a release that is published while a rollout runs gets to none of its devices', async () => {
    fleet = await TestFleet.create({ devices: 3 })
    const id = await start(quickPolicy())
    await fleet.release(2)
    await run()
    expect((await read(id)).state).toBe('completed')
    expect(fleet.devices.map(({ booted }) => booted)).toEqual(fleet.devices.map(() => digestOf(1)))
  })

  // A device that recovers after the trip changes nothing: a new version must be pushed to go on.
  test('a device that comes back on the image after its trip lets the rollout go on without a new release', async () => {
    fleet = await TestFleet.create({ devices: 1 })
    const [device] = fleet.devices
    device!.behaviour = 'never-returns'
    const id = await start()
    await run(2)
    fleet.clock.advance(3600)
    await fleet.settle()
    expect(await read(id)).toMatchObject({ state: 'paused', counts: { timed_out: 1 } })
    await device!.regress(digestOf(1))
    await run(2)
    expect(await read(id)).toMatchObject({ counts: { succeeded: 1, timed_out: 0 } })
  })
})

describe('what comes from outside', () => {
  // Filters and label names are pasted into statements.
  test('selectors and labels of any form reach no statement as text', async () => {
    fleet = await TestFleet.create({ devices: 2 })
    const hostile = ["a' OR '1'='1", "'; DROP TABLE device; --", "a') OR true --"]
    const base = { channel: 'edge-stable', release: await fleet.release(1), policy: atOnce(), start: 'now' } as const
    for (const text of hostile)
      for (const selector of [`site=${text}`, text, `site in (${text})`])
        await expect(previewRollout(fleet.ctx, { ...base, selector }), selector).rejects.toMatchObject({
          code: expect.stringMatching(/invalid/),
        })
    const [device] = fleet.devices
    const labels = { site: hostile[0]! }
    await fleet.db.transaction('system', (tx) => tx.device.update({ where: { id: device!.id }, data: { labels } }))
    const id = await start(quickPolicy({ waves: [], rest: { soakSec: 0 }, stratifyBy: 'site' }))
    await run()
    expect((await read(id)).counts).toMatchObject({ succeeded: 2 })
  })
})
