import type { WaveRule } from './policy.ts'

/** A wave as planned: `rule` is its place in the policy's list. */
export interface PlannedWave {
  readonly index: number
  readonly rule: number
  readonly name: string
  readonly size: number
}

/**
 * Cuts `eligible` devices into waves. A count adds so many; a percentage is cumulative, max(1, ceil(p·n/100)); the last
 * rule takes the rest, whatever it says. Waves that would add nobody are left out, so that no gate passes on an empty wave.
 */
export function planWaves(rules: readonly WaveRule[], eligible: number): PlannedWave[] {
  const planned: PlannedWave[] = []
  let taken = 0
  rules.forEach((rule, place) => {
    const upTo = Math.min(eligible, place === rules.length - 1 ? eligible : cumulativeSize(rule, taken, eligible))
    if (upTo <= taken) return
    planned.push({ index: planned.length, rule: place, name: rule.name, size: upTo - taken })
    taken = upTo
  })
  return planned
}

function cumulativeSize({ size }: WaveRule, taken: number, eligible: number): number {
  if (size === null) return eligible
  if ('count' in size) return taken + size.count
  return Math.max(1, Math.ceil((size.percent * eligible) / 100))
}
