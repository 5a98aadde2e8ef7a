import { joinsGrantOrder, ungrantedStates, unconcludedStates } from '@bootfleet/domain'
import type { GrantPrefix, PolicySpec, RolloutView, WaveView } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { TargetRowChange } from './fold-changes.ts'
import { hiddenId } from './hidden-id.ts'

/** Grants of a wave that its sequential test looks at, at most: later ones cannot pass it, and the percentages decide. */
export const longestPrefix = 5000

/** Waves whose gate is sequential and may still pass. */
function undecided(waves: readonly WaveView[], policy: PolicySpec): number[] {
  const open = waves.filter(({ state }) => state === 'open' || state === 'tripped')
  return open.filter(({ rule }) => isSequential(policy, rule)).map(({ index }) => index)
}

function isSequential({ waves }: PolicySpec, rule: number): boolean {
  return (waves[rule] ?? waves.at(-1))?.gate.sprt !== undefined
}

/** Gives open waves with a sequential gate their concluded prefix in grant order. One statement, or none. */
export async function withPrefixes(
  tx: Tx,
  rollout: { id: string; policy: PolicySpec },
  waves: readonly WaveView[],
): Promise<WaveView[]> {
  const asked = undecided(waves, rollout.policy)
  if (asked.length === 0) return [...waves]
  const rows = await tx.$queryRaw<({ wave: number } & GrantPrefix)[]>`
    SELECT w.wave, p.succeeded, p.failures FROM UNNEST(${asked}::int[]) AS w(wave) CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded,
        count(*) FILTER (WHERE state IN ('failed', 'timed_out', 'rolled_back'))::int AS failures
      FROM (
        SELECT state, bool_or(state = ANY(${[...unconcludedStates]})) OVER (ORDER BY grant_order, device_id) AS behind
        FROM (
          SELECT state, grant_order, device_id FROM rollout_target t
          WHERE t.rollout_id = ${rollout.id}::uuid AND t.wave = w.wave AND t.grant_order IS NOT NULL
            AND t.state <> ALL(${[...ungrantedStates]})
          ORDER BY t.grant_order LIMIT ${longestPrefix}) AS granted) AS placed
      WHERE NOT behind) AS p`
  return waves.map((wave) => {
    const found = rows.find((row) => row.wave === wave.index)
    return found ? { ...wave, prefix: { succeeded: found.succeeded, failures: found.failures } } : wave
  })
}

/** Numbers the targets that this turn granted, behind all that their wave has granted before. One statement, or none. */
export async function writeGrantOrder(
  tx: Tx,
  rollout: { id: string; policy: PolicySpec },
  { view, changed }: { view: RolloutView; changed: readonly TargetRowChange[] },
): Promise<void> {
  const waves = new Set(undecided(view.waves, rollout.policy))
  if (waves.size === 0) return
  const before = new Map(view.targets.map(({ deviceId, state }) => [deviceId, state]))
  const joined = changed.filter(({ deviceId, wave, state }) => {
    const from = before.get(deviceId)
    return wave !== null && waves.has(wave) && from !== undefined && joinsGrantOrder(from, state)
  })
  if (joined.length === 0) return
  await tx.$executeRaw`
    WITH last AS MATERIALIZED (
      SELECT w.wave, (
        SELECT coalesce(max(o.grant_order), 0) FROM rollout_target o
        WHERE o.rollout_id = ${rollout.id}::uuid AND o.wave = w.wave AND o.grant_order IS NOT NULL) AS place
      FROM UNNEST(${[...waves]}::int[]) AS w(wave))
    UPDATE rollout_target t SET grant_order = last.place + n.place
    FROM UNNEST(${joined.map(({ deviceId }) => deviceId)}::uuid[], ${joined.map(({ wave }) => wave)}::int[])
      WITH ORDINALITY AS n(device_id, wave, place)
    JOIN last ON last.wave = n.wave
    WHERE t.rollout_id = ${hiddenId(rollout.id)} AND t.device_id = n.device_id`
}
