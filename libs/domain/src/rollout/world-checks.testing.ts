import { decide } from './decide.ts'
import type { Decision, TargetChange } from './decision.ts'
import type { FakeDevice } from './fake-device.testing.ts'
import { lifecycle } from './lifecycle.ts'
import { busyStates, failureStates, hasEnded, mayMove, type TargetState } from './target-lifecycle.ts'
import { maxChanges } from './turn.ts'
import type { RolloutView, StateCounts } from './view.ts'
import { commonPool, takesFrom } from './wave-pools.ts'
import { watchConvergence } from './world-converge-checks.testing.ts'
import { convergesTo } from './world-current.testing.ts'
import { must } from './world-must.testing.ts'
import { routeOf } from './world-rollout.testing.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'
import { countWave, mayTakeOver, viewOf } from './world-view.testing.ts'
import { busyIn, isFinal, unfinished } from './world.testing.ts'

interface Decided {
  readonly view: RolloutView
  readonly decision: Decision
}

/** What must be true of every decision, whatever happened before. */
export function watch(world: World, rollout: WorldRollout, { view, decision }: Decided): void {
  const seen = new Map(view.targets.map(({ deviceId, state }) => [deviceId, state]))
  const slots = new Set(world.slots.keys())
  for (const change of decision.targets) {
    const { from, to, because, deviceId } = change
    must(from === seen.get(deviceId), 'a change starts where the target is', change)
    seen.set(deviceId, to)
    must(from === to || mayMove(from, to), 'a move is in the table', change)
    must(/^[a-z_]+(\.[a-z_]+)+$/.test(because.code) && because.message !== '', 'a change has its reason', change)
    watchBudget(world, { view, change, slots, rollout })
    watchMembership(rollout, change)
    watchRegression(world, rollout, change)
  }
  for (const change of new Map(decision.targets.map((one) => [one.deviceId, one])).values())
    must(change.dueAt === null || change.dueAt > world.now, 'nothing is due at once again', change)
  must(decision.targets.length <= maxChanges, 'a turn is bounded')
  must(decision.because.code !== '' && decision.because.message !== '', 'a turn has its reason', decision)
  watchWaves(rollout, decision)
  watchNumbers(rollout, decision)
  watchConvergence(world, rollout, decision)
  const legal: readonly string[] = Object.values(lifecycle[rollout.state])
  must(!decision.rollout || legal.includes(decision.rollout.to), 'the rollout moves by its table', decision.rollout)
}

interface Watched {
  readonly rollout: WorldRollout
  readonly view: RolloutView
  readonly change: TargetChange
  readonly slots: Set<string>
}

function watchBudget(world: World, { rollout, view, change, slots }: Watched): void {
  const { deviceId, from, to, instruct } = change
  const applies = instruct?.kind === 'apply'
  const gives = (from === 'pending' && to === 'offered') || applies
  must(!gives || ['running', 'completed'].includes(view.state), 'only a running rollout gives anything out', [
    view.state,
    change,
  ])
  must(!applies || view.groups['group-1']?.closed === null, 'a closed group is granted nothing', change)
  if (from !== to && to === 'granted') {
    const has = slots.has(deviceId) && rollout.parent !== null
    must(has || slots.size < world.options.slots, 'the budget holds', [change, ...slots])
    const others = busyIn(world, deviceId).filter((other) => {
      return other !== rollout && other !== rollout.parent && !mayTakeOver(rollout, other, deviceId)
    })
    must(others.length === 0, 'no device is granted twice at once', change)
  }
  watchSlot(world, change, slots)
}

// What another rollout did to a device, or takes back, is no fault of the image that it was on.
function watchRegression({ devices }: World, { rows }: WorldRollout, { deviceId, event }: TargetChange): void {
  if (event !== 'target.regressed') return
  const { behaviour, bad } = devices.get(deviceId) ?? { bad: '' }
  const isBad = rows.get(deviceId)?.accept.includes(bad) === true
  must(behaviour === 'regresses' && isBad, 'nobody has left an image but by itself', [deviceId, behaviour])
}

function watchSlot({ down }: World, change: TargetChange, slots: Set<string>): void {
  const { slot, because, to, event, deviceId } = change
  must(slot === undefined || !/timeout/.test(because.code), 'no timeout frees a slot', change)
  const isBack = to === 'soaking' || event === 'target.hop_done'
  must(slot !== 'free' || isBack || !down.has(deviceId), 'a device that is down keeps its slot', change)
  if (slot === 'take') slots.add(deviceId)
  if (slot === 'free') slots.delete(deviceId)
}

// A place is left before the grant and never after, and is given to another in its own turn.
function watchMembership({ rows }: WorldRollout, { deviceId, wave, to, event }: TargetChange): void {
  const row = rows.get(deviceId)
  if (!row || wave === undefined || wave === row.wave) return
  const joins = row.wave === null && (event === 'target.assigned' || hasEnded(to))
  const leaves = wave === null && event === 'target.replaced' && row.grant === null
  must(joins || leaves, 'a device stays in its wave', [row, wave, event])
}

function watchMembers({ waves, policy, rows }: WorldRollout, targets: readonly TargetChange[]): void {
  const takes = takesFrom(waves, policy.waves)
  must(
    waves.slice(1).every(({ size, state }) => size > 0 || state === 'passed'),
    'no wave is empty but a first that nobody matches, or one that all have left',
    waves,
  )
  for (const { deviceId, wave } of targets)
    must(wave == null || takes[wave]?.has(rows.get(deviceId)?.pool ?? commonPool) === true, 'a member matches')
}

function watchWaves(rollout: WorldRollout, { targets, waves: changes }: Decision): void {
  const after = new Map([...rollout.rows].map(([id, { wave, state }]) => [id, { wave, state }]))
  for (const { deviceId, wave, to } of targets)
    after.set(deviceId, { wave: wave === undefined ? (after.get(deviceId)?.wave ?? null) : wave, state: to })
  const members = (index: number) => [...after.values()].filter(({ wave }) => wave === index)
  watchMembers(rollout, targets)
  for (const { index, size } of rollout.waves) must(members(index).length <= size, 'a wave is not over-full', index)
  const passed = new Set(rollout.waves.filter(({ state }) => state === 'passed').map(({ index }) => index))
  for (const { index, state } of changes) {
    if (state === 'open') watchOpening(rollout, index, passed)
    if (state !== 'passed') continue
    passed.add(index)
    const states = members(index).map((member) => member.state)
    must(states.length === rollout.waves[index]?.size && states.every(hasEnded), 'what passed has ended', states)
    must(rollout.parent !== null || states.includes('succeeded'), 'what passed has proved something', states)
  }
}

function watchOpening({ policy, waves }: WorldRollout, index: number, passed: ReadonlySet<number>): void {
  const isManual = policy.waves[waves[index]?.rule ?? 0]?.approval === 'manual'
  must(!isManual || waves[index]?.approved === true, 'a manual wave opens when a person approved it', index)
  const earlier = Array.from({ length: index }, (_none, before) => before)
  must(
    earlier.every((before) => passed.has(before)),
    'a wave opens after those before',
    [index, ...passed],
  )
}

// What a gate says that it counted is what there is to count.
function watchNumbers(rollout: WorldRollout, { targets, waves }: Decision): void {
  for (const { index, evaluations } of waves) {
    const wave = rollout.waves[index]
    const said = evaluations?.find(({ metric }) => metric === 'success_percent')
    if (!wave || !said) continue
    const rows = new Map([...rollout.rows].map(([id, row]) => [id, row]))
    for (const { deviceId, to, wave: into } of targets) {
      const row = rows.get(deviceId)
      if (row) rows.set(deviceId, { ...row, state: to, wave: into === undefined ? row.wave : into })
    }
    const counts = countWave({ ...rollout, rows }, index)
    const failures = sum(counts, failureStates)
    const eligible = wave.size - sum(counts, ['skipped', 'reverted']) - Math.min(wave.excused, failures)
    const seen = [said, counts, wave]
    must(said.numerator === sum(counts, ['succeeded']) && said.denominator === eligible, 'a gate counts right', seen)
  }
}

function sum(counts: StateCounts, states: readonly TargetState[]): number {
  return states.reduce((total, state) => total + (counts[state] ?? 0), 0)
}

/** What must be true of the world between decisions. */
export function check(world: World): void {
  const rebooting = world.options.devices.filter(({ id, conn }) => conn === null && world.down.has(id))
  must(
    rebooting.every(({ id }) => world.slots.has(id)),
    'a device that is down holds a slot',
    rebooting,
  )
  for (const rollout of world.rollouts) checkRollout(world, rollout)
  for (const device of world.options.devices) checkRoute(world, device)
}

// Whoever boots a release has booted every barrier before it.
function checkRoute(world: World, { booted, next, doing }: FakeDevice): void {
  if (doing !== 'rebooting' || booted === next) return
  const release = world.options.releases.find(({ digests }) => digests.includes(next))
  must(release !== undefined && routeOf(world, release, booted).hops.length === 0, 'no barrier is left out', [
    booted,
    next,
  ])
}

function checkRollout(world: World, rollout: WorldRollout): void {
  const { rows, state } = rollout
  if (isFinal(rollout))
    return must(unfinished(rollout).length === 0, 'nothing is left when it is over', unfinished(rollout))
  checkWake(world, rollout)
  for (const row of rows.values()) checkSuccess(world, rollout, row)
  must(
    state !== 'completed' || convergesTo(world, rollout) || unfinished(rollout).every(cameLate),
    'nothing is left when it is over',
    unfinished(rollout),
  )
}

function checkWake({ now }: World, { wakeAt, state, because }: WorldRollout): void {
  must(wakeAt === null || wakeAt > now, 'a rollout at rest wakes later', wakeAt)
  const waits = state === 'running' && because.code === 'window.closed'
  must(!waits || wakeAt !== null, 'a rollout that waits for a window looks when it opens', because)
}

// A newer rollout, or the roll-back, has taken its devices elsewhere since.
function isLeaving({ rollouts }: World, rollout: WorldRollout): boolean {
  return rollouts.some((other) => other.startedAt >= rollout.startedAt && other !== rollout)
}

function checkSuccess(world: World, rollout: WorldRollout, row: Row): void {
  const booted = world.presence.get(row.deviceId)?.report?.bootedDigest
  const goal = rollout.parent ? row.accept : rollout.release.digests
  const isThere = typeof booted === 'string' && goal.includes(booted)
  // Who went back converges to what is current on the channel then.
  const isCurrent =
    rollout.parent !== null && world.current?.release.digests.some((digest) => digest === booted) === true
  const hasLeft = isCurrent || isLeaving(world, rollout)
  must(row.state !== 'succeeded' || isThere || hasLeft, 'success is a proven boot', [row, booted])
}

// Who was given up for dead and comes back is followed again.
function cameLate(target: string): boolean {
  return busyStates.some((state) => target.endsWith(state))
}

/** Whoever looks again at a rollout that asked for no other turn finds nothing to do. */
export function checkRest(world: World, rollout: WorldRollout): void {
  if (isFinal(rollout)) return
  const view = viewOf(world, rollout)
  const again = decide(view, world.now)
  const events = again.targets.filter(({ event }) => event !== undefined)
  must(events.length + again.waves.length === 0, 'a second look changes nothing', [events, again.waves])
  must(again.rollout === undefined, 'a second look moves nothing', again.rollout)
  must(JSON.stringify(decide(view, world.now)) === JSON.stringify(again), 'the same view is decided alike')
}
