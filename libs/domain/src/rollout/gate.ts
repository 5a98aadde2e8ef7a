import type { Because } from './because.ts'
import type { Evaluation, GrantPrefix } from './evaluation.ts'
import { sequential, sequentialReason } from './gate-sequential.ts'
import type { GateRule } from './policy.ts'

/** What a wave's gate counts. `size` is the planned size; `excused` failures were accepted by an operator. */
export interface GateCounts {
  readonly size: number
  readonly skipped: number
  readonly succeeded: number
  readonly failures: number
  readonly inFlight: number
  readonly excused: number
  /** Of a sequential gate; without it none is known. */
  readonly prefix?: GrantPrefix | undefined
}

export interface GateResult {
  readonly verdict: 'trip' | 'pass' | 'wait' | 'hold'
  readonly evaluations: readonly Evaluation[]
  readonly because: Because
}

/**
 * Failure first, in integers. E = size − skipped − excused, failures without the excused, concluded = succeeded + failures.
 * Trip: failures > maxFailures; or, once min(minConcluded, E) have concluded, failures·100 > maxFailurePercent·concluded;
 * or success is out of reach, (E − failures)·100 < minSuccessPercent·E. Pass: nothing in flight, at least one success and
 * succeeded·100 ≥ minSuccessPercent·E. With `sprt` the percentages are asked only at the end of the wave, and only when the
 * sequential test has not decided; it may pass a wave of which devices are still under way. Holds where nobody proved anything and nobody is left to: at E = 0, and when all
 * of the wave ended without a success or a trip. A failure that turned into a success is not excused any more.
 */
export function evaluateGate(rule: GateRule, counts: GateCounts): GateResult {
  const excused = Math.min(counts.excused, counts.failures)
  const eligible = counts.size - counts.skipped - excused
  const failures = counts.failures - excused
  const sample = { ...counts, failures, eligible }
  const percentages = [...ratio(rule, sample), success(rule, sample)]
  const tests = rule.sprt ? sequential(rule.sprt, sample) : []
  const undecided = tests.every(({ verdict }) => verdict === 'wait')
  const asked = tests.length === 0 || (counts.inFlight === 0 && undecided) ? percentages : []
  const evaluations = [...absolute(rule, failures, eligible), ...tests, ...asked]
  if (eligible <= 0) return { verdict: 'hold', evaluations, because: nobodyLeft(counts) }
  const tripped = evaluations.find(({ verdict }) => verdict === 'trip')
  if (tripped) return { verdict: 'trip', evaluations, because: tripReason(tripped) }
  const last = evaluations.at(-1)
  if (last?.verdict === 'pass') {
    const because = asked.length > 0 ? passReason(counts.succeeded, eligible, rule) : sequentialReason(last)
    return { verdict: 'pass', evaluations, because }
  }
  if (counts.inFlight === 0 && counts.succeeded === 0)
    return { verdict: 'hold', evaluations, because: nobodySucceeded(eligible) }
  return { verdict: 'wait', evaluations, because: waitReason(counts, eligible) }
}

interface Sample {
  readonly failures: number
  readonly eligible: number
  readonly succeeded: number
}

function absolute(rule: GateRule, failures: number, eligible: number): Evaluation[] {
  if (rule.maxFailures === undefined) return []
  const verdict = failures > rule.maxFailures ? 'trip' : 'pass'
  return [
    {
      metric: 'failures',
      numerator: failures,
      denominator: eligible,
      threshold: rule.maxFailures,
      minSample: 1,
      verdict,
    },
  ]
}

function ratio(rule: GateRule, { failures, eligible, succeeded }: Sample): Evaluation[] {
  if (rule.maxFailurePercent === undefined) return []
  const concluded = succeeded + failures
  const minSample = Math.min(rule.minConcluded, Math.max(eligible, 0))
  const enough = concluded >= minSample && concluded > 0
  const over = failures * 100 > rule.maxFailurePercent * concluded
  const verdict = !enough ? 'wait' : over ? 'trip' : 'pass'
  const threshold = rule.maxFailurePercent
  return [{ metric: 'failure_percent', numerator: failures, denominator: concluded, threshold, minSample, verdict }]
}

function success(rule: GateRule, sample: Sample & { inFlight: number }): Evaluation {
  const { failures, eligible, succeeded, inFlight } = sample
  const outOfReach = (eligible - failures) * 100 < rule.minSuccessPercent * eligible
  const reached = inFlight === 0 && succeeded >= 1 && succeeded * 100 >= rule.minSuccessPercent * eligible
  const verdict = outOfReach ? 'trip' : reached ? 'pass' : 'wait'
  return {
    metric: 'success_percent',
    numerator: succeeded,
    denominator: eligible,
    threshold: rule.minSuccessPercent,
    minSample: 1,
    verdict,
  }
}

function tripReason(evaluation: Evaluation): Because {
  const { metric, numerator, denominator, threshold } = evaluation
  const numbers = { numerator, denominator, threshold }
  if (metric === 'sequential_trip') return sequentialReason(evaluation)
  if (metric === 'failures')
    return { code: 'gate.too_many_failures', message: `${numerator} failed, ${threshold} allowed.`, ...numbers }
  if (metric === 'failure_percent')
    return {
      code: 'gate.failure_rate',
      message: `${numerator} of ${denominator} concluded failed, ${threshold} % allowed.`,
      ...numbers,
    }
  return {
    code: 'gate.success_out_of_reach',
    message: `${threshold} % of ${denominator} can no longer succeed.`,
    ...numbers,
  }
}

function passReason(succeeded: number, eligible: number, rule: GateRule): Because {
  const message = `${succeeded} of ${eligible} booted the image and stayed healthy; ${rule.minSuccessPercent} % were needed.`
  return {
    code: 'gate.passed',
    message,
    numerator: succeeded,
    denominator: eligible,
    threshold: rule.minSuccessPercent,
  }
}

function waitReason({ succeeded, inFlight }: GateCounts, eligible: number): Because {
  const message = `${succeeded} of ${eligible} succeeded, ${inFlight} under way.`
  return { code: 'gate.waiting', message, numerator: succeeded, denominator: eligible, inFlight }
}

function nobodyLeft({ size, skipped, excused }: GateCounts): Because {
  const how = excused > 0 ? 'skipped or excused' : 'skipped'
  const message = `All ${size} devices of the wave were ${how}: it proves nothing, so the rollout waits here.`
  return { code: 'wave.nobody_left', message, size, skipped, excused }
}

function nobodySucceeded(eligible: number): Because {
  const message = `None of ${eligible} devices succeeded, and the gate allows that: it proves nothing, so the rollout waits here.`
  return { code: 'wave.nobody_succeeded', message, numerator: 0, denominator: eligible }
}
