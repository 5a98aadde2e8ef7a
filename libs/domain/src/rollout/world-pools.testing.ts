import { matchesSelector } from '../selector/matches-selector.ts'
import { parseSelector } from '../selector/parse-selector.ts'
import type { PolicySpec } from './policy.ts'
import type { RolloutView, TargetView } from './view.ts'
import { commonPool, selectorPools } from './wave-pools.ts'

/** How many there are of each pool. */
export function tally(pools: Iterable<number | undefined>): Map<number, number> {
  const counts = new Map<number, number>()
  for (const pool of pools) counts.set(pool ?? commonPool, (counts.get(pool ?? commonPool) ?? 0) + 1)
  return counts
}

type Row = Pick<TargetView, 'wave' | 'pool' | 'state'>

/** What a view tells of the targets that are in no wave yet. */
export function unassignedOf(rows: Iterable<Row>): Pick<RolloutView, 'unassigned' | 'pools'> {
  const waiting = [...rows].filter(({ wave, state }) => wave === null && state === 'pending')
  return { unassigned: waiting.length, pools: Object.fromEntries(tally(waiting.map(({ pool }) => pool))) }
}

/** The pool of a device of the world: the label `third` of `device-1` is 1, of `device-2` 2, of `device-3` 0, and so on. */
export function poolIn({ waves }: PolicySpec, deviceId: string): number {
  const labels = { third: String(Number(deviceId.replace(/\D/g, '')) % 3) }
  return (
    selectorPools(waves).find(({ selector }) => matchesSelector(parseSelector(selector), labels))?.pool ?? commonPool
  )
}
