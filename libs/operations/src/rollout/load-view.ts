import { earlyStates, type RolloutView, type StateCounts, type WaveState, type WaveView } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { readTargetCounts, type TargetCount } from './target-counts.ts'
import { readConverges, readHeldUp } from './convergence.ts'
import { withPrefixes } from './grant-order.ts'
import { loadSignals } from '../signal/load-signals.ts'
import { expectedOf } from './kept-estimate.ts'
import { loadGroups } from './load-groups.ts'
import { loadRollback } from './load-rollback.ts'
import { loadTargets } from './load-targets.ts'
import { lockBudgets } from './lock-budgets.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { observedUntil } from './observed.ts'
import { pickTargets } from './pick-targets.ts'

/** Loads what `decide` may know: aggregates of all targets, and the rows that can change. A fixed number of queries. */
export async function loadView(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<RolloutView> {
  const now = ctx.services.now()
  const counts = await readTargetCounts(tx, [rollout.id])
  const waves = await withPrefixes(tx, rollout, await loadWaves(tx, rollout.id, counts))
  const { windows } = rollout.policy
  const respectWindows = windows === 'respect'
  const following = await tx.deviceGroup.findMany({ where: { channelId: rollout.channelId }, select: { id: true } })
  const followers = following.map(({ id }) => id)
  await lockBudgets(tx, followers)
  const closedSince = overdueSince(waves, rollout, now)
  const groups = await loadGroups(tx, { groupIds: followers, now, respectWindows, closedSince })
  const rollback = await loadRollback(tx, rollout)
  const converges = await readConverges(tx, rollout)
  const picked = await pickTargets(tx, { rollout, now, waves, groups, rollback, converges })
  const targets = await loadTargets(tx, rollout, picked.deviceIds)
  const waiting = counts.filter(({ wave, state }) => wave === null && state === 'pending')
  // Of a group that follows another channel since, and still has devices under way.
  const groupIds = [...new Set(targets.map(({ groupId }) => groupId))].filter((id) => groups[id] === undefined)
  const others = await loadGroups(tx, { groupIds, now, respectWindows })
  const grantIds = targets.map(() => ctx.services.newId())
  return {
    state: rollout.state,
    policy: rollout.policy,
    waves,
    groups: { ...groups, ...others },
    targets,
    unassigned: waiting.reduce((total, { count }) => total + count, 0),
    pools: Object.fromEntries(waiting.map(({ pool, count }) => [pool, count])),
    more: picked.more,
    grantIds,
    signals: asksSignals(rollout, { converges, counts }) ? await loadSignals(tx, rollout, now) : [],
    isRollback: rollout.kind === 'rollback',
    rollback,
    haltedAt: rollout.haltedAt?.getTime() ?? null,
    expected: expectedOf(rollout),
    converges,
    heldUp: await readHeldUp(tx, rollout),
    observedUntil: observedUntil(rollout),
  }
}

// To a completed rollout they matter while there is somebody to be held.
function asksSignals(
  { state, kind }: RolloutRow,
  { converges, counts }: { converges: boolean; counts: readonly TargetCount[] },
): boolean {
  if (kind === 'rollback') return false
  if (state === 'running') return true
  return converges && counts.some(({ state: one, count }) => count > 0 && ungranted.includes(one))
}

const ungranted: readonly string[] = [...earlyStates, 'granted']

// Only once the last wave has been open long enough does it matter how much of that was closed.
function overdueSince(waves: readonly WaveView[], { policy, state }: RolloutRow, now: Date): number | null {
  const last = waves.at(-1)
  if (last?.openedAt == null || state === 'completed') return null
  const since = last.openedAt + (last.pausedMs ?? 0)
  return now.getTime() < since + policy.timeouts.giveUpAfterSec * 1000 ? null : since
}

/** The waves of a rollout, with what they hold by these counts. */
export async function loadWaves(tx: Tx, rolloutId: string, counts: readonly TargetCount[]): Promise<WaveView[]> {
  const rows = await tx.rolloutWave.findMany({ where: { rolloutId }, orderBy: { index: 'asc' } })
  return rows.map((row) => ({
    index: row.index,
    rule: row.rule,
    size: row.size,
    state: row.state as WaveState,
    openedAt: row.openedAt?.getTime() ?? null,
    pausedMs: Number(row.pausedMs),
    excused: row.excused,
    asked: row.approvalAskedAt !== null,
    approved: row.approvedAt !== null,
    promotedBy: row.promotedBy,
    counts: countsOf(counts, row.index),
  }))
}

function countsOf(rows: readonly TargetCount[], wave: number): StateCounts {
  return Object.fromEntries(rows.filter((row) => row.wave === wave).map(({ state, count }) => [state, count]))
}
