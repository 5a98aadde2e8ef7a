import type { SprtRule } from './policy.ts'

/** Devices that a sequential test needs, in whole devices. */
export interface SprtSample {
  /** Failures in a row that trip it. */
  readonly minToTrip: number
  /** Successes in a row, in grant order, that pass it. */
  readonly minToPass: number
  /** Devices that it takes on average while the release is good, and while it is bad. */
  readonly expectedIfGood: number
  readonly expectedIfBad: number
}

// Absorbs the rounding of logarithms: a ratio that reaches its bound by the book reaches it here.
const tie = 1e-9

// Each failure adds `failure` to the logarithm of the likelihood ratio bad : good, each success takes `success` from it.
// At `upper` it is decided for bad, at -`lower` for good.
function steps({ goodFailurePercent, badFailurePercent, alpha, beta }: SprtRule) {
  const good = goodFailurePercent / 100
  const bad = badFailurePercent / 100
  return {
    good,
    bad,
    failure: Math.log(badFailurePercent / goodFailurePercent),
    success: Math.log1p(-good) - Math.log1p(-bad),
    upper: Math.log1p(-beta) - Math.log(alpha),
    lower: Math.log1p(-alpha) - Math.log(beta),
  }
}

/**
 * Of `concluded` devices, the fewest failures with which Wald's test decides for "bad". May be more than `concluded`:
 * then no number does yet. Bounds (1 − β)/α and β/(1 − α) of A. Wald, Sequential Tests of Statistical Hypotheses, Annals
 * of Mathematical Statistics 16 (1945) 117–186.
 */
export function tripsFrom(rule: SprtRule, concluded: number): number {
  const { failure, success, upper } = steps(rule)
  return Math.ceil((upper + concluded * success) / (failure + success) - tie)
}

/** Of `concluded` devices, the most failures with which the test decides for "good". Negative: none does yet. */
export function passesUpTo(rule: SprtRule, concluded: number): number {
  const { failure, success, lower } = steps(rule)
  return Math.floor((concluded * success - lower) / (failure + success) + tie)
}

/** The sample that a test needs: the least by its bounds, the average by Wald's approximation. */
export function sprtSample(rule: SprtRule): SprtSample {
  const { good, bad, failure, success, upper, lower } = steps(rule)
  const { alpha, beta } = rule
  const drift = (rate: number) => rate * failure - (1 - rate) * success
  return {
    minToTrip: Math.ceil(upper / failure - tie),
    minToPass: Math.ceil(lower / success - tie),
    expectedIfGood: Math.ceil((alpha * upper - (1 - alpha) * lower) / drift(good)),
    expectedIfBad: Math.ceil(((1 - beta) * upper - beta * lower) / drift(bad)),
  }
}

/** The same in a sentence, for messages. */
export function sampleText(rule: SprtRule): string {
  const { minToTrip, minToPass, expectedIfGood, expectedIfBad } = sprtSample(rule)
  return `it needs at least ${minToPass} devices to pass and ${minToTrip} to trip, on average ${expectedIfGood} for a good release and ${expectedIfBad} for a bad one`
}
