import { parseSelector } from '../selector/parse-selector.ts'
import type { WaveRule } from './policy.ts'

/** The pool of the devices that match the selector of no wave. */
export const commonPool = -1

/** A pool that waves take from, and what puts a device into it. */
export interface SelectorPool {
  readonly pool: number
  readonly selector: string
}

/** The pools that the selectors of a policy's waves make, in the order in which a device is asked: it is in the first that it matches. */
export function selectorPools(rules: readonly WaveRule[]): SelectorPool[] {
  const pools = poolsOf(rules)
  return rules.flatMap(({ selector }, place) =>
    selector != null && pools[place] === place ? [{ pool: place, selector }] : [],
  )
}

/** The pool of each rule: the place of the first one with the same selector, or `commonPool`. The last rule takes the rest, whatever it says. */
export function poolsOf(rules: readonly WaveRule[]): number[] {
  const keys = rules.map(({ selector }, place) =>
    selector == null || place === rules.length - 1 ? null : JSON.stringify(parseSelector(selector)),
  )
  return keys.map((key) => (key === null ? commonPool : keys.indexOf(key)))
}

/**
 * The pools that each planned wave takes from. One with a selector takes from its own; one without from the common pool
 * and from what those left whose last wave comes before it; the last takes whoever is left. So of two waves that share
 * a pool one takes from no other pool than the other does.
 */
export function takesFrom(
  waves: readonly { readonly rule: number }[],
  rules: readonly WaveRule[],
): ReadonlySet<number>[] {
  const pools = poolsOf(rules)
  const all = new Set([commonPool, ...pools])
  return waves.map(({ rule }, place) => {
    if (place === waves.length - 1) return all
    return sourcesOf(pools, rule)
  })
}

/** The pools that a rule takes from: its own, or the common one and those that no later rule takes from. */
export function sourcesOf(pools: readonly number[], rule: number): ReadonlySet<number> {
  const own = pools[rule] ?? commonPool
  if (own !== commonPool) return new Set([own])
  return new Set([commonPool, ...pools.filter((pool) => pools.lastIndexOf(pool) < rule)])
}
