import { afterPass } from './gate-sequential.ts'
import type { Evaluation } from './evaluation.ts'
import { evaluateGate, type GateCounts } from './gate.ts'
import type { GateRule } from './policy.ts'

/** An opened wave, and what its gate counts. */
export interface Opened {
  readonly gate: GateRule
  readonly counts: GateCounts
}

/**
 * The rollout-wide gate, over all opened waves: the failures of all of them together against those that their gates
 * allow together, each when all its devices have concluded. So it never trips on what each wave's own gate lets pass,
 * and a single device of a strict canary does not condemn a fleet that has room. Excused failures count on neither side.
 */
export function evaluateRollout(opened: readonly Opened[]): Evaluation {
  const sum = (of: (wave: Opened) => number) => opened.reduce((total, wave) => total + of(wave), 0)
  const failures = sum(({ counts }) => counts.failures - Math.min(counts.excused, counts.failures))
  const allowed = sum(({ gate, counts }) => allowedFailures(gate, eligibleOf(counts)))
  return {
    metric: 'rollout_failures',
    numerator: failures,
    denominator: sum(({ counts }) => Math.max(0, eligibleOf(counts))),
    threshold: allowed,
    minSample: 1,
    verdict: failures > allowed ? 'trip' : 'pass',
  }
}

function eligibleOf({ size, skipped, excused, failures }: GateCounts): number {
  return size - skipped - Math.min(excused, failures)
}

/** The most failures with which a gate does not trip when all `eligible` devices have concluded. */
export function allowedFailures(gate: GateRule, eligible: number): number {
  let least = 0
  let most = Math.max(0, eligible)
  while (least < most) {
    const failures = Math.ceil((least + most) / 2)
    if (trips(gate, eligible, failures)) most = failures - 1
    else least = failures
  }
  return least
}

function trips(gate: GateRule, size: number, failures: number): boolean {
  const counts = { size, failures, succeeded: size - failures, skipped: 0, excused: 0, inFlight: 0 }
  return evaluateGate(afterPass(gate), counts).verdict === 'trip'
}
