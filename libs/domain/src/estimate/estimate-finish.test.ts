import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { windowAt } from '../window/window-at.ts'
import { estimateFinish, type EstimateGroup, type EstimateInput } from './estimate-finish.ts'
import { openClock } from './open-clock.ts'

const from = Date.parse('2026-03-02T08:00:00.000Z')
const always = (at: number) => at

function group(over: Partial<EstimateGroup> = {}): EstimateGroup {
  const times = { download: [60], reboot: [30], verify: [10] }
  return { slots: 1, maxDownloading: 100, opens: always, times, hops: 1, ...over }
}

function input(over: Partial<EstimateInput> = {}): EstimateInput {
  return { from, groups: [group()], waves: [{ soakSec: 100, devices: [1] }], seed: 1, ...over }
}

const secondsOf = (of: EstimateInput) => ((estimateFinish(of).p50 ?? Infinity) - from) / 1000

describe('the finish-time estimate', () => {
  it.each<[string, Partial<EstimateInput>, number]>([
    ['is one download, reboot, check and soak for one device', {}, 60 + 30 + 10 + 100],
    ['reboots one after the other in one slot', { waves: [{ soakSec: 0, devices: [3] }] }, 60 + 3 * 40],
    ['reboots together in three', { waves: [{ soakSec: 0, devices: [3] }], groups: [group({ slots: 3 })] }, 100],
    [
      'downloads one after the other in one place',
      { waves: [{ soakSec: 0, devices: [3] }], groups: [group({ slots: 3, maxDownloading: 1 })] },
      3 * 60 + 40,
    ],
    [
      'adds waves up, each with its soak',
      {
        waves: [
          { soakSec: 100, devices: [1] },
          { soakSec: 7, devices: [1] },
        ],
      },
      307,
    ],
    [
      'is that of the slower group',
      { groups: [group(), group({ hops: 2 })], waves: [{ soakSec: 0, devices: [1, 1] }] },
      200,
    ],
    ['has no download where the image is there', { groups: [group({ pulling: 0, maxDownloading: 0 })] }, 140],
    [
      'is that of the value of the label whose devices take longest',
      { groups: [group({ slots: 5, buckets: [2, 1] })], waves: [{ soakSec: 0, devices: [6], inBuckets: [[3, 3]] }] },
      60 + 3 * 40,
    ],
    [
      'is no sooner than the group as a whole lets it be',
      { groups: [group({ buckets: [9, 9] })], waves: [{ soakSec: 0, devices: [4], inBuckets: [[2, 2]] }] },
      60 + 4 * 40,
    ],
    ['is now when nobody takes part', { waves: [{ soakSec: 100, devices: [0] }] }, 0],
  ])('%s', (_name, over, seconds) => {
    expect(secondsOf(input(over))).toBe(seconds)
  })

  it('waits for windows, and goes on in the next one', () => {
    const nightly = { days: ['mon', 'tue'] as const, from: '22:00', to: '22:01', timezone: 'UTC' }
    const opens = openClock((at) => windowAt([nightly], [], at))
    const waves = [{ soakSec: 0, devices: [3] }]
    // Two reboots begin in the minute of Monday, the third on Tuesday.
    expect(secondsOf(input({ waves, groups: [group({ opens })] }))).toBe((14 + 24) * 3600 + 40)
    expect(secondsOf(input({ waves, groups: [group({ opens: () => null })] }))).toBe(Infinity)
  })

  it('takes about as long for a large fleet as its budget says', () => {
    const groups = [group({ slots: 100, maxDownloading: 10_000 })]
    expect(secondsOf(input({ groups, waves: [{ soakSec: 0, devices: [50_000] }] }))).toBeGreaterThanOrEqual(500 * 40)
  })
})

const seconds = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 5 })
const times = fc.record({ download: seconds, reboot: seconds, verify: seconds })
const inputs = fc.record({
  times,
  slots: fc.integer({ min: 1, max: 6 }),
  maxDownloading: fc.integer({ min: 1, max: 6 }),
  hops: fc.double({ min: 1, max: 3, noNaN: true }),
  devices: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 }),
  seed: fc.nat(),
  closed: fc.array(fc.tuple(fc.nat(7200), fc.integer({ min: 1, max: 3600 })), { maxLength: 4 }),
})
type Drawn = typeof inputs extends fc.Arbitrary<infer T> ? T : never

function closing(closed: Drawn['closed']) {
  return openClock((at) =>
    windowAt(
      [],
      closed.map(([start, length]) => ({
        from: from + start * 1000,
        to: from + (start + length) * 1000,
        reason: 'test',
      })),
      at,
    ),
  )
}

function finish({ times: step, slots, maxDownloading, hops, devices, seed }: Drawn, opens: EstimateGroup['opens']) {
  const groups = [group({ times: step, slots, maxDownloading, hops, opens })]
  const { p50, p90 } = estimateFinish({
    from,
    groups,
    waves: devices.map((n) => ({ soakSec: 60, devices: [n] })),
    seed,
  })
  return { p50: p50 ?? Infinity, p90: p90 ?? Infinity }
}

function expectNoLater(one: { p50: number; p90: number }, other: { p50: number; p90: number }): void {
  expect(one.p50).toBeLessThanOrEqual(other.p50)
  expect(one.p90).toBeLessThanOrEqual(other.p90)
}

test('more slots or places to download, and fewer closed hours, are never later; the same input gives the same', () => {
  fc.assert(
    fc.property(inputs, (drawn) => {
      const closed = () => closing(drawn.closed)
      const base = finish(drawn, closed())
      expect(finish(drawn, closed())).toEqual(base)
      expectNoLater({ p50: base.p50, p90: base.p50 }, base)
      expectNoLater(finish({ ...drawn, slots: drawn.slots + 1 }, closed()), base)
      expectNoLater(finish({ ...drawn, maxDownloading: drawn.maxDownloading + 1 }, closed()), base)
      expectNoLater(finish(drawn, closing(drawn.closed.slice(1))), base)
      expectNoLater(base, finish({ ...drawn, hops: drawn.hops + 1 }, closed()))
    }),
    { numRuns: 100 },
  )
})
