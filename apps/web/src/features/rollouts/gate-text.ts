import type { Evaluation, Rollout, RolloutWave } from '@bootfleet/contracts'
import { counted, percent } from '../../lib/amounts.ts'
import { inWords } from '../../lib/words.ts'

/** One judgement of a gate in a sentence: what was counted, of how many, and the limit. */
export function gateText(evaluation: Evaluation): string {
  const { metric, numerator, denominator, threshold, minSample } = evaluation
  if (metric === 'failures') return `${numerator} failed of ${counted(denominator, 'device')}, at most ${threshold} may`
  if (metric === 'failure_percent') {
    const enough = minSample !== null && denominator < minSample ? `, judged from ${minSample} on` : ''
    return `${numerator} failed of ${denominator} concluded${share(evaluation)}, at most ${threshold} % may${enough}`
  }
  if (metric === 'success_percent') {
    const devices = counted(denominator, 'device')
    return `${numerator} succeeded of ${devices}${share(evaluation)}, at least ${threshold} % must`
  }
  if (metric === 'signals')
    return `Signal "${evaluation.signal}" is unhealthy about ${numerator} of ${counted(denominator, 'device')}`
  if (metric === 'sequential_trip')
    return `${numerator} failed of ${denominator} concluded, bad from ${threshold} on (sequential test)`
  if (metric === 'sequential_pass') {
    const limit = threshold === null ? `judged from ${minSample} on` : `good up to ${threshold}`
    return `${numerator} failed of the first ${denominator} granted, ${limit} (sequential test)`
  }
  return `${inWords(metric)}: ${numerator} of ${denominator}${threshold === null ? '' : `, limit ${threshold}`}`
}

type GateRule = Rollout['policy']['waves'][number]['gate']

/** What a gate asks for, before there is anything to count. */
export function ruleText(rule: GateRule): string {
  const { maxFailures, maxFailurePercent, minConcluded, minSuccessPercent, sprt, signals } = rule
  const parts = [
    sprt && `good at ${sprt.goodFailurePercent} % failures, bad at ${sprt.badFailurePercent} % (sequential test)`,
    maxFailures !== undefined && `at most ${maxFailures} may fail`,
    maxFailurePercent !== undefined && `at most ${maxFailurePercent} % may fail, judged from ${minConcluded} on`,
    `at least ${minSuccessPercent} % must succeed`,
    signals === 'trip' && 'an unhealthy signal trips it',
    signals === 'ignore' && 'signals are ignored',
  ]
  return parts.filter((part) => part !== false && part !== undefined).join('; ')
}

/** What the gate of an open wave counts now, before it has judged. */
export function soFarText({ size, counts }: Pick<RolloutWave, 'size' | 'counts'>): string {
  const failures = counts.failed + counts.timed_out + counts.rolled_back
  const eligible = Math.max(size - counts.skipped, 0)
  return `So far ${counts.succeeded} of ${counted(eligible, 'device')} succeeded, ${failures} of ${counts.succeeded + failures} concluded failed.`
}

function share({ numerator, denominator }: Evaluation): string {
  return denominator === 0 ? '' : ` (${percent(numerator, denominator)})`
}
