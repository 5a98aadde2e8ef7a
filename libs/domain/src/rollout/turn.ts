import { countSlot, type BudgetState } from './budget.ts'
import type { TargetChange, WaveChange } from './decision.ts'
import { follow } from './follow.ts'
import type { GrantPrefix } from './evaluation.ts'
import type { GateCounts } from './gate.ts'
import { changed, move } from './move.ts'
import { endStates, failureStates, hasEnded, targetStates, type TargetState } from './target-lifecycle.ts'
import { dueAfter, type Follow } from './timers.ts'
import { commonPool, takesFrom } from './wave-pools.ts'
import { unassignedIn, waveToLeave, type Places } from './wave-to-leave.ts'
import type { Instant, RolloutView, TargetView, WaveView } from './view.ts'

/** Changes that one call of `decide` makes at most; the rest comes in the next turn. */
export const maxChanges = 1000

interface GroupState extends BudgetState {
  downloading: number
}

/** The view as it becomes while one turn is decided. Local to `decide`: data in, data out. */
export interface Turn {
  readonly view: RolloutView
  readonly ctx: Follow
  readonly now: Instant
  readonly targets: Map<string, TargetView>
  readonly counts: Map<number, Record<TargetState, number>>
  readonly groups: Map<string, GroupState>
  readonly changes: TargetChange[]
  readonly waves: WaveChange[]
  readonly grantIds: string[]
  unassigned: number
  /** Of these, how many are in each pool. */
  readonly pools: Map<number, number>
  /** The pools that each wave takes from. */
  readonly takes: readonly ReadonlySet<number>[]
}

const downloadingStates: readonly TargetState[] = ['offered', 'downloading']

/** Starts a turn. */
export function beginTurn(view: RolloutView, now: Instant): Turn {
  return {
    view,
    now,
    ctx: followOf(view, now),
    targets: new Map(view.targets.map((target) => [target.deviceId, target])),
    counts: new Map(view.waves.map(({ index, counts }) => [index, { ...noTargets(), ...counts }])),
    groups: new Map(
      Object.entries(view.groups).map(([id, group]) => [
        id,
        { view: group, slotsTaken: group.slotsTaken, taken: new Map(), downloading: group.downloading },
      ]),
    ),
    changes: [],
    waves: [],
    grantIds: [...view.grantIds],
    unassigned: view.unassigned,
    pools: unassignedIn(view),
    takes: takesFrom(view.waves, view.policy.waves),
  }
}

function followOf(view: RolloutView, now: Instant): Follow {
  const { policy, state, waves, rollback, haltedAt, observedUntil = null } = view
  return {
    policy,
    now,
    state,
    waveRules: waves.map(({ rule }) => rule),
    rollsBack: state === 'rolling_back' || (rollback != null && rollback.state !== 'aborted'),
    clocksFrom: haltedAt ?? 0,
    observedUntil,
    calendarOf: (groupId) => view.groups[groupId]?.calendar,
  }
}

function noTargets(): Record<TargetState, number> {
  return Object.fromEntries(targetStates.map((state) => [state, 0])) as Record<TargetState, number>
}

/** Room for another change in this turn. */
export function hasRoom(turn: Turn): boolean {
  return turn.changes.length < maxChanges
}

/** Makes one change: records it and keeps targets, counts and budgets true to it. */
export function apply(turn: Turn, change: TargetChange): void {
  const target = turn.targets.get(change.deviceId)
  if (!target) throw new Error(`no target ${change.deviceId}`)
  const after = { ...changed(target, change, turn.now), dueAt: change.dueAt }
  recount(turn, target, -1)
  recount(turn, after, 1)
  rebudget(turn, target, change)
  turn.targets.set(change.deviceId, after)
  turn.changes.push(change)
}

function recount(turn: Turn, { wave, state, pool = commonPool }: TargetView, by: 1 | -1): void {
  const counts = wave === null ? undefined : turn.counts.get(wave)
  if (counts) counts[state] += by
  else if (state === 'pending') {
    turn.unassigned += by
    turn.pools.set(pool, (turn.pools.get(pool) ?? 0) + by)
  }
}

function rebudget(turn: Turn, target: TargetView, change: TargetChange): void {
  const group = turn.groups.get(target.groupId)
  if (!group) return
  if (change.slot === 'take' && !target.holdsSlot) countSlot(group, target.bucket ?? null, 1)
  if (change.slot === 'free' && target.holdsSlot) countSlot(group, target.bucket ?? null, -1)
  group.downloading += Number(downloadingStates.includes(change.to)) - Number(downloadingStates.includes(target.state))
}

/** Follows every loaded device to where it is. */
export function followAll(turn: Turn): void {
  for (const { deviceId } of turn.view.targets) followDevice(turn, deviceId)
}

/** Follows one device to where it is; several steps at once if it went that far. */
export function followDevice(turn: Turn, deviceId: string): void {
  for (let step = 0; step < 5 && hasRoom(turn); step++) {
    const target = turn.targets.get(deviceId)
    const change = target && follow(target, turn.ctx)
    if (!change) return
    apply(turn, leaves(target, change) ? { ...change, wave: waveToLeave(placesOf(turn), target) } : change)
  }
}

function leaves({ wave }: TargetView, { from, to }: TargetChange): boolean {
  return wave === null && from === 'pending' && to === 'skipped'
}

function placesOf(turn: Turn): Places {
  const { takes, pools, view } = turn
  return { takes, pools, waves: view.waves, taken: (wave) => assigned(turn, wave) }
}

/** Whether a wave takes devices like this one. */
export function takesIn({ takes }: Turn, { index }: WaveView, { pool = commonPool }: TargetView): boolean {
  return takes[index]?.has(pool) ?? false
}

/** Gives targets that were due and did not change their next time, so that they are not looked at over and over. */
export function postpone(turn: Turn): void {
  const done = new Set(turn.changes.map(({ deviceId }) => deviceId))
  for (const target of turn.view.targets) {
    if (target.dueAt === null || target.dueAt > turn.now || done.has(target.deviceId)) continue
    if (!hasRoom(turn)) return
    const due = dueAfter(target, turn.ctx)
    const dueAt = due !== null && due <= turn.now ? turn.now + 1000 : due
    const because = { code: 'target.unchanged', message: 'Nothing new.' }
    const { event: _event, ...change } = move(turn.ctx, target, { to: target.state, because })
    apply(turn, { ...change, dueAt })
  }
}

/** What the gate of a wave counts now. In flight are its devices that have not ended and its places that nobody took. */
export function gateCounts(turn: Turn, wave: WaveView): GateCounts {
  const counts = turn.counts.get(wave.index) ?? noTargets()
  const sum = (states: readonly TargetState[]) => states.reduce((total, state) => total + counts[state], 0)
  const size = Math.max(wave.size, assigned(turn, wave))
  return {
    size,
    skipped: counts.skipped + counts.reverted,
    succeeded: counts.succeeded,
    failures: sum(failureStates),
    inFlight: size - sum(endStates),
    excused: wave.excused,
    prefix: wave.prefix && shortened(turn, wave.index, wave.prefix),
  }
}

// A success that this turn took back is not known to be outside the prefix.
function shortened(turn: Turn, wave: number, { succeeded, failures }: GrantPrefix): GrantPrefix {
  const back = turn.changes.filter(
    ({ from, to, deviceId }) => from === 'succeeded' && to !== 'succeeded' && turn.targets.get(deviceId)?.wave === wave,
  ).length
  return { succeeded: Math.max(0, succeeded - back), failures: failures + back }
}

/** Whether targets ended that a loaded prefix does not know of: then the gate must be asked again. */
export function prefixGrew({ view, changes }: Turn): boolean {
  return view.waves.some(({ prefix }) => prefix) && changes.some(({ from, to }) => from !== to && hasEnded(to))
}

/** Devices that a wave has taken. */
export function assigned(turn: Turn, wave: WaveView): number {
  return Object.values(turn.counts.get(wave.index) ?? {}).reduce((total, count) => total + count, 0)
}

/** Targets of the turn in one of these states, as they are now. */
export function targetsIn(turn: Turn, states: readonly TargetState[]): TargetView[] {
  return [...turn.targets.values()].filter(({ state }) => states.includes(state))
}

/** Targets in one of these states over the whole rollout, loaded or not. Those in no wave yet are not among them. */
export function countIn(turn: Turn, states: readonly TargetState[]): number {
  let total = 0
  for (const counts of turn.counts.values()) for (const state of states) total += counts[state]
  return total
}

/** Targets over the whole rollout that have not ended. */
export function unfinished(turn: Turn): number {
  const ahead = targetStates.filter((state) => !hasEnded(state))
  return turn.unassigned + countIn(turn, ahead)
}
