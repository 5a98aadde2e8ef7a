import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { afterPass } from './gate-sequential.ts'
import { evaluateGate } from './gate.ts'
import type { GateRule } from './policy.ts'
import { allowedFailures, evaluateRollout, type Opened } from './rollout-gate.ts'
import { aReport, aTarget, aDevice, aView, aWave, now } from './view.testing.ts'

const percent = fc.integer({ min: 0, max: 100 })
const gate: fc.Arbitrary<GateRule> = fc.record(
  {
    maxFailures: fc.integer({ min: 0, max: 5 }),
    maxFailurePercent: percent,
    minConcluded: fc.integer({ min: 1, max: 20 }),
    minSuccessPercent: percent,
    sprt: fc.constant({ goodFailurePercent: 5, badFailurePercent: 40, alpha: 0.1, beta: 0.1 }),
  },
  { requiredKeys: ['minConcluded', 'minSuccessPercent'] },
)
const opened: fc.Arbitrary<Opened> = fc
  .record({ gate, succeeded: fc.nat(30), failures: fc.nat(10), skipped: fc.nat(3), excused: fc.nat(4) })
  .map(({ gate: rule, ...counts }) => {
    return { gate: rule, counts: { ...counts, size: counts.succeeded + counts.failures + counts.skipped, inFlight: 0 } }
  })

describe('the rollout-wide gate', () => {
  it('trips on nothing that the gate of every wave lets pass', () => {
    const property = fc.property(fc.array(opened, { minLength: 1, maxLength: 5 }), (waves) => {
      const trips = waves.map((wave) => evaluateGate(afterPass(wave.gate), wave.counts).verdict === 'trip')
      if (evaluateRollout(waves).verdict === 'trip') expect(trips).toContain(true)
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('allows what the gates of all waves allow together', () => {
    const rest = { maxFailurePercent: 10, minConcluded: 5, minSuccessPercent: 80 }
    expect(allowedFailures(rest, 50)).toBe(5)
    const counts = { size: 50, succeeded: 45, failures: 5, skipped: 0, excused: 0, inFlight: 0 }
    const canary = {
      gate: { maxFailures: 0, minConcluded: 1, minSuccessPercent: 100 },
      counts: { ...counts, size: 2, succeeded: 1, failures: 1 },
    }
    expect(evaluateRollout([canary, { gate: rest, counts }])).toMatchObject({
      metric: 'rollout_failures',
      numerator: 6,
      denominator: 52,
      threshold: 5,
      verdict: 'trip',
    })
  })
})

describe('a completed rollout', () => {
  it('says so when more devices moved back than its gates allow, and stays completed', () => {
    const back = aTarget('succeeded', { device: aDevice({ report: aReport() }) })
    const decision = decide(aView([back], { state: 'completed', waves: [aWave({ state: 'passed' })] }), now)
    expect(decision).toMatchObject({
      because: { code: 'rollout.regressed', numerator: 1, denominator: 1, threshold: 0 },
    })
    expect(decision.evaluations).toHaveLength(1)
    expect(decision).not.toHaveProperty('rollout')
  })

  it('says nothing while its devices stay', () => {
    const decision = decide(aView([aTarget('succeeded')], { state: 'completed' }), now)
    expect(decision.because.code).toBe('rollout.completed')
  })
})
