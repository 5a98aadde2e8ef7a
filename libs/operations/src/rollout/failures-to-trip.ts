import { passesUpTo, sprtSample, type GateRule } from '@bootfleet/domain'

/**
 * The smallest number of failures that can trip a gate of a wave of `size` devices, all of them eligible; `null` when
 * none can. A percentage of the concluded trips soonest when as few have concluded as it needs.
 */
export function failuresToTrip(gate: GateRule, size: number): number | null {
  const { sprt, maxFailures: allowed = Infinity, ...percentages } = gate
  if (!sprt) return ofPercentages(gate, size)
  // The percentages are asked of the whole wave, and only where the sequential test has not passed it.
  const atEnd = ofPercentages({ ...percentages, minConcluded: size }, size) ?? Infinity
  const undecided = Math.max(atEnd, passesUpTo(sprt, size) + 1)
  const least = Math.min(allowed + 1, sprtSample(sprt).minToTrip, undecided)
  return least <= size ? least : null
}

function ofPercentages(gate: GateRule, size: number): number | null {
  const { maxFailures, maxFailurePercent, minConcluded, minSuccessPercent } = gate
  const candidates = [
    maxFailures === undefined ? Infinity : maxFailures + 1,
    maxFailurePercent === undefined || maxFailurePercent === 100
      ? Infinity
      : Math.floor((maxFailurePercent * Math.min(minConcluded, size)) / 100) + 1,
    // (size − failures)·100 < minSuccessPercent·size
    size - Math.ceil((minSuccessPercent * size) / 100) + 1,
  ]
  const least = Math.min(...candidates)
  return least <= size ? least : null
}
