import { activeStates, type RolloutState } from './lifecycle.ts'
import { busyStates, type TargetState } from './target-lifecycle.ts'
import type { Hop, WaveView } from './view.ts'
import { planWaves } from './waves.ts'
import { poolIn, tally } from './world-pools.testing.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'
import { findRoute } from '../update-graph/find-route.ts'
import type { ReleaseNode } from '../update-graph/release-node.ts'

/**
 * Starts a rollout for these devices, and has it take the place of all that are under way unless it is to run beside them.
 * Nothing happens where nobody is eligible.
 */
export function startRollout(
  world: World,
  { release, policy, deviceIds }: Pick<WorldRollout, 'release' | 'policy'> & { deviceIds: readonly string[] },
  { beside } = { beside: false },
): void {
  const rollout = { ...blank(world), release, policy, parent: null, whole: !beside }
  for (const deviceId of deviceIds)
    rollout.rows.set(deviceId, { ...planned(world, release, deviceId), pool: poolIn(policy, deviceId) })
  const eligible = [...rollout.rows.values()].filter(({ state }) => state === 'pending')
  if (eligible.length === 0) return
  const pools = tally(eligible.map(({ pool }) => pool))
  const waves = planWaves(policy.waves, eligible.length, pools).map(({ index, rule, size }) =>
    aPlannedWave(index, rule, size),
  )
  const started = { ...rollout, waves }
  if (!beside) for (const older of world.rollouts) supersede(world, older, started)
  for (const older of world.rollouts) if (older === world.current || older.parent) older.hint = true
  world.rollouts.push(started)
}

function supersede(world: World, rollout: WorldRollout, by: WorldRollout): void {
  if (!(activeStates as readonly RolloutState[]).includes(rollout.state)) return
  rollout.state = 'superseded'
  rollout.supersededBy = by
  rollout.wakeAt = world.now
}

/** A rollout without targets that starts now. */
export function blank(world: World): Omit<WorldRollout, 'release' | 'policy' | 'parent'> {
  const id = `rollout-${world.rollouts.length + 1}`
  const state = { state: 'running', wakeAt: world.now, because: { code: '', message: '' } } as const
  const rest = { waves: [], rows: new Map(), hint: true, ended: false, haltedAt: null, whole: true, previous: null }
  return { id, startedAt: world.now, ...state, ...rest, supersededBy: null }
}

/** A wave before it opens. */
export function aPlannedWave(index: number, rule: number, size: number): WaveView {
  return { index, rule, size, state: 'pending', openedAt: null, excused: 0, counts: {} }
}

/** A target that nothing has happened to. */
export function aRow(deviceId: string, accept: readonly string[]): Row {
  const place = { groupId: 'group-1', wave: null, accept, fromDigest: null, fromBootKey: null, firstGrantedAt: null }
  const since = { state: 'pending', stateSince: 0, dueAt: null, reason: null } as const
  const soak = { soakBootKey: null, soakUntil: null, grant: null, recalled: false, backoff: null, attempts: 0 }
  return { deviceId, ...place, ...since, ...soak, hops: [], hop: 0, hopBootKey: null }
}

/** A target as it is planned now: pending, or skipped with its reason. */
export function planned(world: World, release: ReleaseNode, deviceId: string): Row {
  const report = world.presence.get(deviceId)?.report
  const booted = report?.bootedDigest ?? null
  const row = { ...aRow(deviceId, release.digests), fromDigest: booted, fromBootKey: report?.bootKey ?? null }
  const route = routeOf(world, release, booted)
  const quarantined = [...route.hops, ...release.digests].some((stop) => isQuarantined(world, deviceId, stop))
  const busy = world.rollouts.some(({ rows }) => isBusy(rows.get(deviceId)?.state))
  if (booted !== null && release.digests.includes(booted) && !busy) return skipped(row, 'already_on_digest')
  if (quarantined) return skipped(row, 'quarantined')
  return route.skip === null ? { ...row, hops: route.hops } : skipped(row, route.skip)
}

/** Whether a device keeps away from one of the images of a stop. */
export function isQuarantined({ devices }: World, deviceId: string, stop: Hop | string): boolean {
  const digests = typeof stop === 'string' ? [stop] : stop.accept
  return digests.some((digest) => devices.get(deviceId)?.quarantined.has(digest))
}

export function isBusy(state: TargetState | undefined): boolean {
  return state !== undefined && (busyStates as readonly TargetState[]).includes(state)
}

/** A target that is left out. */
export function skipped(row: Row, reason: string): Row {
  return { ...row, state: 'skipped', reason }
}

/** The stops before a release of a device that runs this image, or why it gets nowhere. */
export function routeOf({ options }: World, release: ReleaseNode, running: string | null) {
  const route = findRoute(options.releases, { running, target: release.id })
  if ('blocked' in route) return { hops: [], skip: route.blocked.code.replace(/^skip\./, '') }
  const hops = route.hops.slice(0, -1).map(toHop)
  return { hops, skip: null }
}

function toHop({ id, name, barrier, digests }: ReleaseNode): Hop {
  return { release: id, name, barrier, accept: digests }
}
