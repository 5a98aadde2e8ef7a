import type { Share, WaveRule } from './policy.ts'
import { commonPool, poolsOf, sourcesOf } from './wave-pools.ts'

/** A wave as planned: `rule` is its place in the policy's list. */
export interface PlannedWave {
  readonly index: number
  readonly rule: number
  readonly name: string
  readonly size: number
}

/**
 * Cuts `eligible` devices into waves; `inPools` says how many of them are in the pools of the selectors. A count adds so
 * many; a percentage is cumulative, max(1, ceil(p·n/100)), n being the devices of its pool for a wave with a selector and
 * all of them without; no size takes all that the selector leaves. The last rule takes the rest, whatever it says. Waves
 * that would add nobody are left out. Only the first stays without a device: it proves nothing, so it holds.
 */
export function planWaves(
  rules: readonly WaveRule[],
  eligible: number,
  inPools: ReadonlyMap<number, number> = new Map(),
): PlannedWave[] {
  const planned: PlannedWave[] = []
  const left = leftOver(poolsOf(rules), eligible, inPools)
  let taken = 0
  rules.forEach((rule, place) => {
    const isLast = place === rules.length - 1
    const size = isLast
      ? eligible - taken
      : left.take(place, (facts) => wanted(rule.size, { ...facts, taken, eligible }))
    if (size > 0 || (place === 0 && eligible > 0))
      planned.push({ index: planned.length, rule: place, name: rule.name, size })
    taken += size
  })
  return planned
}

interface Wanted {
  /** Devices of the rule's pool, and how many of them were taken; of the common one: of all. */
  readonly members: number | null
  readonly gone: number
  readonly taken: number
  readonly eligible: number
}

function wanted(size: Share | null, { members, gone, taken, eligible }: Wanted): number {
  if (size === null) return eligible
  if ('count' in size) return size.count
  const [of, before] = members === null ? [eligible, taken] : [members, gone]
  return Math.max(1, Math.ceil((size.percent * of) / 100)) - before
}

// Who takes from several pools takes from ever more of them, so only together it matters what is left there.
function leftOver(pools: readonly number[], eligible: number, inPools: ReadonlyMap<number, number>) {
  const named = [...new Set(pools)].filter((pool) => pool !== commonPool)
  const total = (pool: number) => inPools.get(pool) ?? 0
  const left = new Map(named.map((pool) => [pool, total(pool)]))
  left.set(commonPool, eligible - named.reduce((sum, pool) => sum + total(pool), 0))
  let shared = 0
  return {
    take(rule: number, wants: (facts: { members: number | null; gone: number }) => number): number {
      const pool = pools[rule] ?? commonPool
      const own = pool !== commonPool
      const found = [...sourcesOf(pools, rule)].reduce((sum, source) => sum + (left.get(source) ?? 0), 0)
      const gone = own ? total(pool) - found : 0
      const available = own ? found : found - shared
      const size = Math.max(0, Math.min(available, wants({ members: own ? total(pool) : null, gone })))
      if (own) left.set(pool, found - size)
      else shared += size
      return size
    },
  }
}
