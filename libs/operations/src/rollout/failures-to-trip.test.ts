import fc from 'fast-check'
import { evaluateGate, type GateRule } from '@bootfleet/domain'
import { expect, it } from 'vitest'
import { failuresToTrip } from './failures-to-trip.ts'

const percent = fc.integer({ min: 0, max: 100 })
const gate: fc.Arbitrary<GateRule> = fc.record(
  {
    maxFailures: fc.integer({ min: 0, max: 12 }),
    maxFailurePercent: percent,
    minConcluded: fc.integer({ min: 1, max: 12 }),
    minSuccessPercent: percent,
    sprt: fc.constantFrom(
      { goodFailurePercent: 5, badFailurePercent: 40, alpha: 0.1, beta: 0.1 },
      { goodFailurePercent: 20, badFailurePercent: 60, alpha: 0.2, beta: 0.3 },
    ),
  },
  { requiredKeys: ['minConcluded', 'minSuccessPercent'] },
)

/** Asks the gate itself, for every way to have so many failures. */
function canTrip(rule: GateRule, size: number, failures: number): boolean {
  return Array.from({ length: size - failures + 1 }, (_none, succeeded) => succeeded).some(
    (succeeded) =>
      evaluateGate(rule, { size, skipped: 0, succeeded, failures, inFlight: size - succeeded - failures, excused: 0 })
        .verdict === 'trip',
  )
}

it('names the smallest number of failures with which the gate can trip', () => {
  const property = fc.property(gate, fc.integer({ min: 1, max: 15 }), (rule, size) => {
    const all = Array.from({ length: size }, (_none, place) => place + 1)
    expect(failuresToTrip(rule, size)).toBe(all.find((failures) => canTrip(rule, size, failures)) ?? null)
  })
  fc.assert(property, { numRuns: 500 })
})
