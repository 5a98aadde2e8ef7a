import { commonPool, takesFrom } from './wave-pools.ts'
import type { RolloutView, TargetView, WaveView } from './view.ts'

/** The places of a rollout's waves, and who is left for them. */
export interface Places {
  readonly waves: readonly WaveView[]
  /** The pools that each wave takes from. */
  readonly takes: readonly ReadonlySet<number>[]
  /** How many targets of each pool are in no wave yet. */
  readonly pools: ReadonlyMap<number, number>
  readonly taken: (wave: WaveView) => number
}

/** How many targets of each pool are in no wave yet. */
export function unassignedIn({ pools, unassigned }: RolloutView): Map<number, number> {
  if (!pools) return new Map([[commonPool, unassigned]])
  return new Map(Object.entries(pools).map(([pool, count]) => [Number(pool), count]))
}

/**
 * The wave whose place a target takes along that leaves before a wave took it: a place that nobody is left for could
 * never be filled. The last one with room whose other pools leave enough for the waves that take from fewer; so a canary
 * loses a place only when nobody is left for it.
 */
export function waveToLeave(places: Places, { pool = commonPool }: TargetView): number | null {
  const { waves, takes } = places
  const roomy = waves.filter((wave) => roomIn(places, wave) > 0 && takes[wave.index]?.has(pool))
  return (roomy.findLast((wave) => mayGive(places, wave, pool)) ?? waves.at(-1))?.index ?? null
}

// Waves that share a pool are nested in what they take from, so it is enough that in each narrower one somebody is left over.
function mayGive({ waves, takes, ...places }: Places, { index }: WaveView, pool: number): boolean {
  const wide = takes[index]?.size ?? 0
  return takes.every((narrow) => {
    if (!narrow.has(pool) || narrow.size >= wide) return true
    const within = waves.filter((wave) => [...(takes[wave.index] ?? [])].every((one) => narrow.has(one)))
    const rooms = within.reduce((sum, wave) => sum + roomIn(places, wave), 0)
    return sum(narrow, places.pools) > rooms
  })
}

function sum(pools: ReadonlySet<number>, counts: ReadonlyMap<number, number>): number {
  return [...pools].reduce((total, pool) => total + (counts.get(pool) ?? 0), 0)
}

function roomIn({ taken }: Pick<Places, 'taken'>, wave: WaveView): number {
  return Math.max(0, wave.size - taken(wave))
}

/** Asks `waveToLeave` for one target after the other, each being gone when the next is asked for. */
export function leaveOneByOne(view: RolloutView): (target: TargetView) => number | null {
  const pools = unassignedIn(view)
  const takes = takesFrom(view.waves, view.policy.waves)
  const gone = new Map<number, number>()
  const taken = ({ index, counts }: WaveView) =>
    Object.values(counts).reduce((total, count) => total + count, gone.get(index) ?? 0)
  return (target) => {
    if (target.wave !== null) return target.wave
    const { pool = commonPool } = target
    const index = waveToLeave({ waves: view.waves, takes, pools, taken }, target)
    pools.set(pool, (pools.get(pool) ?? 0) - 1)
    if (index !== null) gone.set(index, (gone.get(index) ?? 0) + 1)
    return index
  }
}
