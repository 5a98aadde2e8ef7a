import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateGate, type GateCounts } from './gate.ts'
import type { GateRule } from './policy.ts'

const first: GateRule = { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 }
const restOf: GateRule = { maxFailurePercent: 10, minConcluded: 5, minSuccessPercent: 80 }
const eighty: GateRule = { minConcluded: 1, minSuccessPercent: 80 }
const anything: GateRule = { minConcluded: 1, minSuccessPercent: 0 }

function counts(size: number, succeeded: number, failures: number, more: Partial<GateCounts> = {}): GateCounts {
  const { skipped = 0, excused = 0 } = more
  return { size, succeeded, failures, skipped, excused, inFlight: size - skipped - succeeded - failures }
}

describe('the gate of a wave', () => {
  it.each([
    ['waits while nothing concluded', first, counts(2, 0, 0), 'wait', 'gate.waiting'],
    ['waits for the last device', first, counts(2, 1, 0), 'wait', 'gate.waiting'],
    ['passes when all succeeded', first, counts(2, 2, 0), 'pass', 'gate.passed'],
    ['trips at the first failure that is not allowed', first, counts(2, 0, 1), 'trip', 'gate.too_many_failures'],
    [
      'trips on a failure even when nobody else concluded',
      { ...first, maxFailures: 1 },
      counts(9, 0, 2),
      'trip',
      'gate.too_many_failures',
    ],
    ['allows so many failures', { ...eighty, maxFailures: 1 }, counts(10, 9, 1), 'pass', 'gate.passed'],
    ['asks no percentage before the sample is large enough', restOf, counts(50, 1, 3), 'wait', 'gate.waiting'],
    ['trips above the percentage of the concluded', restOf, counts(50, 4, 1), 'trip', 'gate.failure_rate'],
    ['does not trip at the percentage', restOf, counts(50, 9, 1), 'wait', 'gate.waiting'],
    ['takes the wave itself for the sample when it is smaller', restOf, counts(3, 2, 1), 'trip', 'gate.failure_rate'],
    ['trips when success is out of reach', eighty, counts(10, 0, 3), 'trip', 'gate.success_out_of_reach'],
    ['does not trip while success is just in reach', eighty, counts(10, 0, 2), 'wait', 'gate.waiting'],
    ['passes at the percentage of the wave', eighty, counts(10, 8, 2), 'pass', 'gate.passed'],
    ['does not pass early on the first successes', eighty, counts(10, 8, 0), 'wait', 'gate.waiting'],
    ['leaves the skipped out', first, counts(5, 3, 0, { skipped: 2 }), 'pass', 'gate.passed'],
    ['counts percentages without the skipped', eighty, counts(10, 4, 1, { skipped: 5 }), 'pass', 'gate.passed'],
    ['holds when all were skipped', first, counts(3, 0, 0, { skipped: 3 }), 'hold', 'wave.nobody_left'],
    ['leaves the excused out', first, counts(5, 4, 1, { excused: 1 }), 'pass', 'gate.passed'],
    [
      'trips on the next failure after one was excused',
      first,
      counts(5, 2, 2, { excused: 1 }),
      'trip',
      'gate.too_many_failures',
    ],
    ['holds when all failed and were excused', first, counts(2, 0, 2, { excused: 2 }), 'hold', 'wave.nobody_left'],
    ['excuses nobody who succeeded after all', first, counts(2, 1, 0, { excused: 1 }), 'wait', 'gate.waiting'],
    [
      'holds when a gate that allows anything saw no success',
      anything,
      counts(3, 0, 3),
      'hold',
      'wave.nobody_succeeded',
    ],
    ['passes with one success when that is all it asks', anything, counts(3, 1, 2), 'pass', 'gate.passed'],
  ] as const)('%s', (_name, rule, given, verdict, code) => {
    const result = evaluateGate(rule, given)
    expect({ verdict: result.verdict, code: result.because.code }).toEqual({ verdict, code })
    expect(result.because.message).not.toBe('')
  })

  it('says what each number counts', () => {
    const rule = { maxFailures: 2, maxFailurePercent: 10, minConcluded: 5, minSuccessPercent: 80 }
    expect(evaluateGate(rule, counts(20, 6, 2, { skipped: 4 })).evaluations).toEqual([
      { metric: 'failures', numerator: 2, denominator: 16, threshold: 2, minSample: 1, verdict: 'pass' },
      { metric: 'failure_percent', numerator: 2, denominator: 8, threshold: 10, minSample: 5, verdict: 'trip' },
      { metric: 'success_percent', numerator: 6, denominator: 16, threshold: 80, minSample: 1, verdict: 'wait' },
    ])
  })
})

describe('any gate', () => {
  const percent = fc.integer({ min: 0, max: 100 })
  const rule = fc.record(
    {
      maxFailures: fc.integer({ min: 0, max: 5 }),
      maxFailurePercent: percent,
      minConcluded: fc.integer({ min: 1, max: 20 }),
      minSuccessPercent: percent,
    },
    { requiredKeys: ['minConcluded', 'minSuccessPercent'] },
  )
  const some = fc.integer({ min: 0, max: 12 })
  const given = fc
    .record({ succeeded: some, failures: some, skipped: some, inFlight: some, excused: some })
    .map((parts) => ({ ...parts, size: parts.succeeded + parts.failures + parts.skipped + parts.inFlight }))

  it('passes only what ended with a success, and never waits when nothing is under way', () => {
    const property = fc.property(rule, given, (gate, seen) => {
      const { verdict, evaluations } = evaluateGate(gate, seen)
      if (verdict === 'pass') expect(seen.inFlight === 0 && seen.succeeded > 0).toBe(true)
      if (seen.inFlight === 0) expect(verdict).not.toBe('wait')
      if (verdict === 'trip') expect(evaluations.some((one) => one.verdict === 'trip')).toBe(true)
    })
    fc.assert(property)
  })
})
