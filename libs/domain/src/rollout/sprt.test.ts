import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateGate, type GateCounts } from './gate.ts'
import type { GateRule, SprtRule } from './policy.ts'
import { passesUpTo, sprtSample, tripsFrom } from './sprt.ts'

const rule: SprtRule = { goodFailurePercent: 5, badFailurePercent: 30, alpha: 0.05, beta: 0.1 }
const gate: GateRule = { minConcluded: 1, minSuccessPercent: 80, sprt: rule }

function counts(size: number, succeeded: number, failures: number, more: Partial<GateCounts> = {}): GateCounts {
  return { size, succeeded, failures, skipped: 0, excused: 0, inFlight: size - succeeded - failures, ...more }
}

function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

// Grants one after the other; `slow` failures conclude so many grants later than successes do.
function run(failureRate: number, slow: number, chance: () => number): 'trip' | 'pass' {
  const failed: boolean[] = []
  for (let granted = 1; granted <= 2000; granted++) {
    failed.push(chance() < failureRate)
    const concluded = failed.map((bad, place) => !bad || granted - place > slow)
    const hole = concluded.indexOf(false)
    const known = failed.slice(0, hole === -1 ? granted : hole)
    const failures = failed.filter((bad, place) => bad && concluded[place]).length
    const succeeded = failed.filter((bad) => !bad).length
    const bad = known.filter(Boolean).length
    const prefix = { succeeded: known.length - bad, failures: bad }
    const { verdict } = evaluateGate(gate, counts(5000, succeeded, failures, { prefix }))
    if (verdict === 'trip' || verdict === 'pass') return verdict
  }
  throw new Error('undecided')
}

describe('a sequential test', () => {
  it('trips on a good release and passes a bad one no oftener than it is allowed to', () => {
    const chance = chances(7)
    const share = (rate: number, slow: number, verdict: string) =>
      Array.from({ length: 600 }, () => run(rate, slow, chance)).filter((one) => one === verdict).length / 600
    expect(share(0.05, 0, 'trip')).toBeLessThan(0.07)
    expect(share(0.3, 0, 'pass')).toBeLessThan(0.12)
    expect(share(0.3, 40, 'pass'), 'fast successes do not help a bad release').toBeLessThan(0.12)
  })

  it('names the sample that it needs', () => {
    expect(sprtSample(rule)).toEqual({ minToTrip: 2, minToPass: 8, expectedIfGood: 10, expectedIfBad: 8 })
    expect(tripsFrom(rule, 2)).toBe(2)
    expect([passesUpTo(rule, 7), passesUpTo(rule, 8)]).toEqual([-1, 0])
  })

  it('takes a ratio that just reaches its bound as decided', () => {
    // Each failure doubles the ratio, and (1 − β)/α is 8: three failures in a row.
    expect(sprtSample({ goodFailurePercent: 10, badFailurePercent: 20, alpha: 0.1, beta: 0.2 }).minToTrip).toBe(3)
  })

  it.each([
    [
      'waits while it cannot decide',
      counts(100, 7, 0, { prefix: { succeeded: 7, failures: 0 } }),
      'wait',
      'gate.waiting',
    ],
    [
      'passes before the wave has ended',
      counts(100, 8, 0, { prefix: { succeeded: 8, failures: 0 } }),
      'pass',
      'gate.sequential_good',
    ],
    [
      'passes nothing on successes behind one that is under way',
      counts(100, 50, 0, { prefix: { succeeded: 3, failures: 0 } }),
      'wait',
      'gate.waiting',
    ],
    ['passes nothing without a prefix', counts(100, 99, 0), 'wait', 'gate.waiting'],
    ['trips on what concluded in whatever order', counts(100, 0, 2), 'trip', 'gate.sequential_bad'],
    ['trips first', counts(100, 0, 2, { prefix: { succeeded: 90, failures: 0 } }), 'trip', 'gate.sequential_bad'],
    ['does not ask the percentages before the end', counts(5, 1, 1), 'wait', 'gate.waiting'],
    ['asks the percentages at the end when undecided', counts(5, 4, 1), 'pass', 'gate.passed'],
    ['trips by the percentages at the end when undecided', counts(4, 3, 1), 'trip', 'gate.success_out_of_reach'],
    ['does not count the excused', counts(100, 4, 2, { excused: 2 }), 'wait', 'gate.waiting'],
  ] as const)('%s', (_name, given, verdict, code) => {
    const result = evaluateGate(gate, given)
    expect({ verdict: result.verdict, code: result.because.code }).toEqual({ verdict, code })
  })

  it('says what each number counts', () => {
    const { evaluations } = evaluateGate(gate, counts(100, 20, 1, { prefix: { succeeded: 4, failures: 1 } }))
    expect(evaluations).toEqual([
      { metric: 'sequential_trip', numerator: 1, denominator: 21, threshold: 5, minSample: 2, verdict: 'wait' },
      { metric: 'sequential_pass', numerator: 1, denominator: 5, threshold: null, minSample: 8, verdict: 'wait' },
    ])
  })

  it('never passes an empty prefix, whatever else concluded, and trips whatever the prefix is', () => {
    const parts = fc.record({
      good: fc.double({ min: 0.1, max: 40, noNaN: true }),
      more: fc.double({ min: 0.5, max: 50, noNaN: true }),
      alpha: fc.double({ min: 0.001, max: 0.49, noNaN: true }),
      beta: fc.double({ min: 0.001, max: 0.49, noNaN: true }),
      seen: fc.tuple(fc.nat(200), fc.nat(200), fc.nat(200), fc.nat(200)),
    })
    const property = fc.property(parts, ({ good, more, alpha, beta, seen }) => {
      const sprt = { goodFailurePercent: good, badFailurePercent: good + more, alpha, beta }
      const [succeeded, failures, first, second] = seen
      const some = counts(1000, succeeded, failures, { prefix: { succeeded: 0, failures: 0 } })
      const any = { ...some, prefix: { succeeded: Math.min(first, succeeded), failures: Math.min(second, failures) } }
      const ask = (given: GateCounts) => evaluateGate({ ...gate, sprt }, given).verdict
      expect(ask(some)).not.toBe('pass')
      expect(ask(any) === 'trip').toBe(ask(some) === 'trip')
      expect(passesUpTo(sprt, succeeded)).toBeLessThan(tripsFrom(sprt, succeeded))
    })
    fc.assert(property, { numRuns: 500 })
  })
})
