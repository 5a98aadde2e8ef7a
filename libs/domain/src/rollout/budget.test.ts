import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slotsOf } from './budget.ts'
import { decide } from './decide.ts'
import { benign, fakeDevice } from './fake-device.testing.ts'
import { aGroup, aReport, aDevice, aTarget, aView, canary, image, moves, now, policy, rest } from './view.testing.ts'
import type { BucketsView, GroupView, TargetView } from './view.ts'
import { makeWorld, tick } from './world.testing.ts'

describe('the slots of a budget', () => {
  it.each([
    [{ count: 3 }, 2, 3],
    [{ percent: 10 }, 100, 10],
    [{ percent: 10 }, 19, 1],
    [{ percent: 10 }, 5, 1],
    [{ percent: 1 }, 0, 1],
    [{ percent: 100 }, 7, 7],
    [{ percent: 0 }, 100, 0],
  ] as const)('are, for %j of %d devices, %d', (share, size, slots) => {
    expect(slotsOf(share, size)).toBe(slots)
  })
})

function staged(deviceId: string, bucket: string | null): TargetView {
  const report = aReport({ stagedDigest: image, stagedLocked: true })
  return aTarget('staged', { deviceId, bucket, dueAt: null, device: aDevice({ report }) })
}

function look(targets: readonly TargetView[], group: Partial<GroupView>) {
  const decision = decide(aView(targets, { groups: { 'group-1': aGroup(group) } }), now)
  return { granted: moves(decision).map(({ deviceId }) => deviceId), because: decision.because }
}

const site = (over: Partial<BucketsView>): BucketsView => ({ label: 'site', of: [], rest: 1, ...over })

describe('a budget by label', () => {
  it('grants so many of each value, and of the devices without the label', () => {
    const targets = [staged('a1', 'a'), staged('a2', 'a'), staged('b1', 'b'), staged('n1', null), staged('n2', null)]
    expect(look(targets, { buckets: site({}) }).granted).toEqual(['a1', 'b1', 'n1'])
    expect(look(targets, { buckets: site({ rest: 2 }) }).granted).toHaveLength(5)
    expect(look(targets, { slots: 2, buckets: site({ rest: 2 }) }).granted).toEqual(['a1', 'a2'])
  })

  it('names the bucket that is full, and who holds its slots', () => {
    const of = [{ value: 'a', slots: 1, taken: 1, holders: ['till-7'] }]
    expect(look([staged('a1', 'a')], { slotsTaken: 1, buckets: site({ of }) })).toMatchObject({
      granted: [],
      because: {
        code: 'budget.bucket_full',
        message: '1 of 1 devices with site=a may be down and are: till-7.',
        label: 'site',
        value: 'a',
        slots: 1,
        taken: 1,
        holders: 'till-7',
      },
    })
    const none = [{ value: null, slots: 2, taken: 3, holders: ['x', 'y'] }]
    const { because } = look([staged('n1', null)], { slotsTaken: 3, buckets: site({ of: none }) })
    expect(because.message).toBe('3 of 2 devices without the label "site" may be down and are: x, y and others.')
  })

  it('names who holds the slots of the whole group', () => {
    const { because } = look([staged('a1', null)], { slots: 1, slotsTaken: 1, holders: ['till-7'] })
    expect(because).toMatchObject({ code: 'budget.full', holders: 'till-7' })
  })

  it('is never exceeded, whatever devices do, and everybody gets a turn', () => {
    const timeouts = { ...policy.timeouts, downloadSec: 300, applySec: 200, healthSec: 60, giveUpAfterSec: 86_400 }
    const waves = [canary, rest].map((wave) => ({ ...wave, soakSec: 30 }))
    const story = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      kinds: fc.array(fc.constantFrom(...benign), { minLength: 1, maxLength: 9 }),
      slots: fc.integer({ min: 1, max: 4 }),
      perSite: fc.integer({ min: 1, max: 2 }),
    })
    const property = fc.property(story, ({ seed, kinds, slots, perSite }) => {
      const of = (deviceId: string) => ['a', 'b', null][Number(deviceId.slice(7)) % 3] ?? null
      const world = makeWorld({
        policy: { ...policy, waves, timeouts },
        devices: kinds.map((kind, place) => fakeDevice(`device-${place}`, kind, chances(seed + place))),
        slots,
        maxDownloading: 3,
        buckets: { slots: perSite, of },
        closedAt: () => false,
        watch: () => {},
      })
      while (world.rollouts[0]?.state === 'running' && world.now < 6_000_000) {
        tick(world, 10_000)
        const held = [...world.slots.keys()]
        const most = Math.max(0, ...['a', 'b', null].map((site) => held.filter((id) => of(id) === site).length))
        // Who boots the image by itself takes a slot over budget; nobody else does.
        if (!kinds.includes('reboots_by_itself')) expect([held.length <= slots, most <= perSite]).toEqual([true, true])
      }
      expect(world.rollouts[0]?.state).toBe('completed')
    })
    fc.assert(property, { numRuns: 60 })
  })

  it('is not exceeded by two rollouts together, in whatever order they take their turns', () => {
    const device = fc.constantFrom('a', 'b', null)
    const step = fc.oneof(fc.constantFrom('first', 'second'), fc.integer({ min: 0, max: 20 }))
    const story = fc.record({
      sites: fc.array(device, { minLength: 1, maxLength: 12 }),
      slots: fc.integer({ min: 1, max: 4 }),
      perSite: fc.integer({ min: 1, max: 2 }),
      steps: fc.array(step, { maxLength: 30 }),
    })
    const property = fc.property(story, ({ sites, slots, perSite, steps }) => {
      const waiting = { first: new Map<string, string | null>(), second: new Map<string, string | null>() }
      sites.forEach((bucket, place) => waiting[place % 2 ? 'first' : 'second'].set(`device-${place}`, bucket))
      const held = new Map<string, string | null>()
      const inSite = (value: string | null) => [...held.values()].filter((other) => other === value).length
      for (const asked of steps) {
        if (typeof asked === 'number') {
          const holder = [...held.keys()][asked]
          if (holder !== undefined) held.delete(holder)
          continue
        }
        const of = ['a', 'b', null].map((value) => ({ value, slots: perSite, taken: inSite(value), holders: [] }))
        const targets = [...waiting[asked]].map(([id, bucket]) => staged(id, bucket))
        const buckets = site({ of, rest: perSite })
        for (const id of look(targets, { slots, slotsTaken: held.size, buckets }).granted) {
          held.set(id, waiting[asked].get(id) ?? null)
          waiting[asked].delete(id)
        }
        expect(held.size).toBeLessThanOrEqual(slots)
        for (const value of ['a', 'b', null]) expect(inSite(value)).toBeLessThanOrEqual(perSite)
      }
    })
    fc.assert(property, { numRuns: 200 })
  })
})

function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
