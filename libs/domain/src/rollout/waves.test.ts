import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slotsOf } from './budget.ts'
import type { Share } from './policy.ts'
import { canary } from './view.testing.ts'
import { planWaves } from './waves.ts'

const rules = (sizes: readonly (Share | null)[]) =>
  sizes.map((size, place) => ({ ...canary, name: `wave ${place}`, size }))
const sizes = (shares: readonly (Share | null)[], eligible: number) =>
  planWaves(rules(shares), eligible).map(({ size }) => size)

describe('planned waves', () => {
  it.each([
    ['a percentage is rounded up', [{ percent: 5 }, null], 30, [2, 28]],
    ['a percentage of a few devices is one', [{ percent: 1 }, null], 49, [1, 48]],
    ['percentages are cumulative', [{ percent: 10 }, { percent: 50 }, null], 100, [10, 40, 50]],
    ['counts are increments', [{ count: 1 }, { count: 5 }, null], 20, [1, 5, 14]],
    ['counts and percentages mix', [{ count: 1 }, { percent: 10 }, { percent: 50 }, null], 40, [1, 3, 16, 20]],
    ['whole percentages are exact', [{ percent: 7 }, { percent: 29 }, null], 100, [7, 22, 71]],
    ['a wave that adds nobody is merged', [{ percent: 1 }, { percent: 2 }, { percent: 50 }, null], 10, [1, 4, 5]],
    ['a percentage below what counts took adds nobody', [{ count: 8 }, { percent: 50 }, null], 10, [8, 2]],
    ['one device is one wave', [{ percent: 5 }, null], 1, [1]],
    ['a count beyond the fleet takes all', [{ count: 9 }, null], 4, [4]],
    ['nobody makes no wave', [{ percent: 5 }, null], 0, []],
    ['the last rule takes the rest whatever it says', [{ count: 1 }, { count: 2 }], 10, [1, 9]],
  ] as const)('%s', (_name, shares, eligible, expected) => {
    expect(sizes(shares, eligible)).toEqual(expected)
  })

  it('keep the name and the rule that they come from', () => {
    const planned = planWaves(rules([{ percent: 1 }, { percent: 2 }, null]), 10)
    expect(planned).toEqual([
      { index: 0, rule: 0, name: 'wave 0', size: 1 },
      { index: 1, rule: 2, name: 'wave 2', size: 9 },
    ])
  })

  it('hold everyone once, in waves that are never empty', () => {
    const share = fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    )
    const property = fc.property(
      fc.array(share, { maxLength: 8 }),
      fc.integer({ min: 0, max: 500 }),
      (shares, eligible) => {
        const planned = planWaves(rules([...shares, null]), eligible)
        expect(planned.reduce((total, { size }) => total + size, 0)).toBe(eligible)
        expect(planned.every(({ size }) => size >= 1)).toBe(true)
        expect(planned.map(({ index }) => index)).toEqual(planned.map((_wave, place) => place))
        const taken = new Map<number, number>()
        planned.reduce((total, { rule, size }) => (taken.set(rule, total + size), total + size), 0)
        for (const [rule, upTo] of taken) {
          const wanted = shares[rule]
          if (wanted && 'percent' in wanted)
            expect(upTo).toBe(Math.max(1, Math.ceil((wanted.percent * eligible) / 100)))
        }
      },
    )
    fc.assert(property)
  })
})

describe('the slots of a budget', () => {
  it.each([
    [{ count: 3 }, 1, 3],
    [{ percent: 10 }, 100, 10],
    [{ percent: 10 }, 19, 1],
    [{ percent: 10 }, 20, 2],
    [{ percent: 1 }, 5, 1],
    [{ percent: 10 }, 0, 1],
    [{ percent: 100 }, 7, 7],
  ] as const)('of %o in a group of %d are %d', (share, size, slots) => {
    expect(slotsOf(share, size)).toBe(slots)
  })
})
