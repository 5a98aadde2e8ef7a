import type { TargetState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'

/** Targets of a rollout in one wave (`null`: in none yet) and one state. */
export interface TargetCount {
  readonly rolloutId: string
  readonly wave: number | null
  /** Of those in none; `commonPool` for the others. */
  readonly pool: number
  readonly state: TargetState
  readonly count: number
}

/** Counts of all targets of these rollouts, exact within the transaction, from counters that triggers keep. */
export async function readTargetCounts(tx: Tx, rolloutIds: readonly string[]): Promise<TargetCount[]> {
  return tx.$queryRaw<TargetCount[]>`
    SELECT rollout_id::text AS "rolloutId", CASE WHEN wave >= 0 THEN wave END AS wave,
      -2 - least(wave, -1) AS pool, state, count FROM rollout_count
    WHERE rollout_id = ANY(${[...rolloutIds]}::uuid[]) AND count <> 0`
}

/** How many targets of a rollout are in these states, in whatever wave. */
export async function countTargets(tx: Tx, rolloutId: string, states: readonly TargetState[]): Promise<number> {
  const counts = await readTargetCounts(tx, [rolloutId])
  return counts.reduce((total, { state, count }) => total + (states.includes(state) ? count : 0), 0)
}
