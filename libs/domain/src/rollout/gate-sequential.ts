import type { Because } from './because.ts'
import type { Evaluation, GrantPrefix } from './evaluation.ts'
import type { GateRule, SprtRule } from './policy.ts'
import { passesUpTo, sprtSample, tripsFrom } from './sprt.ts'

/** What has concluded of a wave, without the excused failures. */
export interface Concluded extends GrantPrefix {
  readonly inFlight: number
  readonly prefix?: GrantPrefix | undefined
}

/**
 * The two questions of the sequential test. It trips on all that concluded, in whatever order. It passes only on the
 * concluded prefix in grant order, so that successes that are faster than failures cannot bias it; at the end of the
 * wave that is everything. A target without a grant is no observation until it fails.
 */
export function sequential(rule: SprtRule, seen: Concluded): readonly [Evaluation, Evaluation] {
  const { minToTrip, minToPass } = sprtSample(rule)
  const concluded = seen.succeeded + seen.failures
  const trips = tripsFrom(rule, concluded)
  const prefix = prefixOf(seen)
  const known = prefix.succeeded + prefix.failures
  const passes = passesUpTo(rule, known)
  return [
    {
      metric: 'sequential_trip',
      numerator: seen.failures,
      denominator: concluded,
      threshold: trips,
      minSample: minToTrip,
      verdict: seen.failures >= trips ? 'trip' : 'wait',
    },
    {
      metric: 'sequential_pass',
      numerator: prefix.failures,
      denominator: known,
      threshold: passes < 0 ? null : passes,
      minSample: minToPass,
      verdict: prefix.failures <= passes ? 'pass' : 'wait',
    },
  ]
}

// A prefix that was loaded before something was taken back is cut to what is left.
function prefixOf({ succeeded, failures, inFlight, prefix }: Concluded): GrantPrefix {
  if (inFlight === 0) return { succeeded, failures }
  if (!prefix) return { succeeded: 0, failures: 0 }
  return { succeeded: Math.min(prefix.succeeded, succeeded), failures: Math.min(prefix.failures, failures) }
}

/** A gate as it stays asked after its wave has passed: a sequential test is over then, and its percentages were not needed. */
export function afterPass(gate: GateRule): GateRule {
  const { sprt, maxFailures } = gate
  return sprt ? { sprt, maxFailures, minConcluded: 1, minSuccessPercent: 0 } : gate
}

export function sequentialReason({ metric, numerator, denominator, threshold }: Evaluation): Because {
  const numbers = { numerator, denominator, threshold }
  if (metric === 'sequential_trip') {
    const message = `${numerator} of ${denominator} concluded failed: by the sequential test the release is bad, from ${threshold} on.`
    return { code: 'gate.sequential_bad', message, ...numbers }
  }
  const message = `${numerator} of the first ${denominator} granted failed: by the sequential test the release is good, up to ${threshold}.`
  return { code: 'gate.sequential_good', message, ...numbers }
}
