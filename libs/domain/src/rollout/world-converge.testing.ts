import type { TargetChange } from './decision.ts'
import { hasEnded } from './target-lifecycle.ts'
import type { TargetView } from './view.ts'
import { active, convergesTo, seeksJoiners, underWay, waitsForDevice } from './world-current.testing.ts'
import { poolIn } from './world-pools.testing.ts'
import { judgedBack } from './world-rollback.testing.ts'
import { planned } from './world-rollout.testing.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'
import { viewOf } from './world-view.testing.ts'
import { write } from './world-write.testing.ts'

/** A device is enrolled: it joins what is under way, or waits for its turn. */
export function join(world: World, deviceId: string): void {
  world.enrolled.add(deviceId)
  for (const rollout of world.rollouts) {
    const { state, whole, parent, release, policy, waves, rows } = rollout
    const joins = [...underWay, 'rolling_back'].includes(state)
      ? whole && parent === null
      : state === 'completed' && world.current === rollout
    const row = planned(world, release, deviceId)
    if (!joins || row.state !== 'pending') continue
    note(world, rollout, row)
    const last = waves.at(-1)
    if (policy.lateJoiners !== 'append' || !underWay.includes(state) || last === undefined) continue
    waves[last.index] = { ...last, size: last.size + 1 }
    rows.set(deviceId, { ...row, stateSince: world.now, pool: poolIn(policy, deviceId) })
  }
}

/** Notes who joined while something newer was current that was rolled back since. Returns whether it looked. */
export function noteJoiners(world: World, rollout: WorldRollout): boolean {
  if (!seeksJoiners(world, rollout)) return false
  world.seeksJoiners = false
  // It has its turn when it has looked.
  rollout.hint = true
  for (const deviceId of world.enrolled) {
    const row = planned(world, rollout.release, deviceId)
    if (row.state === 'pending' && isUnknown(world, rollout, deviceId)) note(world, rollout, row)
  }
  return true
}

// It is no target, or was left to a rollout that has let it go.
function isUnknown(world: World, rollout: WorldRollout, deviceId: string): boolean {
  const row = rollout.rows.get(deviceId)
  if (row?.reason !== 'taken_over') return row === undefined
  const later = laterThan(world, rollout, deviceId)
  return later === undefined || hasIt(world, later, deviceId)
}

function note(world: World, rollout: WorldRollout, row: Row): void {
  const pool = poolIn(rollout.policy, row.deviceId)
  const waits = { state: 'skipped', reason: 'joined_late', stateSince: world.now, pool } as const
  const { wave = null } = rollout.rows.get(row.deviceId) ?? {}
  rollout.rows.set(row.deviceId, { ...row, ...waits, wave })
  rollout.hint = true
}

/** Opens targets again whose devices are there by now, in the last wave. Returns whether there were any. */
export function reopenReturned(world: World, rollout: WorldRollout): boolean {
  if (![...rollout.rows.values()].some((row) => waitsForDevice(world, rollout, row))) return false
  const view = viewOf(world, rollout)
  const there = view.targets.filter((target) => waitsForDevice(world, rollout, target) && isThere(target))
  const changes = there.flatMap((target) => judged(world, rollout, target))
  if (changes.length === 0) return false
  write(world, rollout, { targets: changes, waves: [], because: rollout.because, wakeAt: world.now })
  return true
}

// An earlier report may be of another image.
function isThere({ device }: TargetView): boolean {
  return device.connected && (device.report?.receivedAt ?? -1) >= (device.connectedAt ?? 0)
}

function judged(world: World, rollout: WorldRollout, { deviceId, reason }: TargetView): TargetChange[] {
  const why = whyNot(world, rollout, deviceId)
  if (why === null) return [reopened(world, rollout, deviceId)]
  const left = { ...common(deviceId), to: 'skipped', reason: why, dueAt: null, event: 'target.skipped' } as const
  return why === reason ? [] : [left]
}

function whyNot(world: World, rollout: WorldRollout, deviceId: string): string | null {
  const later = laterThan(world, rollout, deviceId)
  const waits = rollout.state === 'completed' && !convergesTo(world, rollout)
  if (waits || (later && hasIt(world, later, deviceId))) return 'superseded'
  return later ? 'taken_over' : plannedNow(world, rollout, deviceId).reason
}

function plannedNow(world: World, rollout: WorldRollout, deviceId: string): Row {
  const back = rollout.parent && judgedBack(world, rollout, deviceId)
  return back ?? planned(world, rollout.release, deviceId)
}

function reopened(world: World, rollout: WorldRollout, deviceId: string): TargetChange {
  const now = plannedNow(world, rollout, deviceId)
  const row = rollout.rows.get(deviceId)
  const last = rollout.waves.at(-1)?.index ?? 0
  if (row) {
    const { fromDigest, fromBootKey } = row.firstGrantedAt === null ? now : row
    rollout.rows.set(deviceId, { ...row, hops: now.hops, accept: now.accept, fromDigest, fromBootKey })
    growWaves(rollout, row.wave, last)
  }
  const anew = { grant: null, recalled: false, backoff: null, soak: null, attempts: 0, hop: { at: 0, bootKey: null } }
  return { ...common(deviceId), ...anew, to: 'pending', wave: last, dueAt: world.now, event: 'target.reopened' }
}

function common(deviceId: string): Pick<TargetChange, 'deviceId' | 'from' | 'because'> {
  const because = { code: 'target.returned', message: 'The device is there, and is judged anew.' }
  return { deviceId, from: 'skipped', because }
}

// A place that somebody leaves is nobody's: it could never be filled.
function growWaves({ waves }: WorldRollout, from: number | null, last: number): void {
  if (from === last) return
  const grow = (index: number, by: number) => {
    const wave = waves[index]
    if (wave) waves[index] = { ...wave, size: wave.size + by }
  }
  if (from !== null) grow(from, -1)
  grow(last, 1)
}

/** The last rollout after one that has the device, or has given it something else. */
export function laterThan(world: World, own: WorldRollout, deviceId: string): WorldRollout | undefined {
  return world.rollouts.findLast((rollout) => {
    const { parent, startedAt, rows } = rollout
    const state = rows.get(deviceId)?.state
    if (parent !== null || startedAt <= own.startedAt || state === undefined || gone.includes(state)) return false
    const back = wayBack(world, rollout, deviceId)
    return back?.row.state !== 'succeeded' && back?.row.reason !== 'already_on_digest'
  })
}

function hasIt(world: World, rollout: WorldRollout, deviceId: string): boolean {
  const back = wayBack(world, rollout, deviceId)
  const waits = back && (!hasEnded(back.row.state) || waitsForDevice(world, back.child, back.row))
  return active.includes(rollout.state) || waits === true
}

function wayBack({ rollouts }: World, rollout: WorldRollout, deviceId: string) {
  const child = rollouts.findLast(({ parent, rows }) => parent === rollout && rows.has(deviceId))
  const row = child?.rows.get(deviceId)
  return rollout.state === 'rolled_back' && child && row ? { child, row } : undefined
}

const gone: readonly Row['state'][] = ['skipped', 'reverted']
