import type { RolloutState } from './lifecycle.ts'
import type { TargetState } from './target-lifecycle.ts'
import type { BucketsView, DeviceView, GroupView, RollbackView, RolloutView, TargetView, WaveView } from './view.ts'
import { convergesTo } from './world-current.testing.ts'
import { isBusy } from './world-rollout.testing.ts'
import { unassignedOf } from './world-pools.testing.ts'
import { takenByOther } from './world-taken-by.testing.ts'
import type { Row, World, WorldOptions, WorldRollout } from './world-state.testing.ts'

/** The facts of a rollout, with the targets that the operations would load. */
export function viewOf(world: World, rollout: WorldRollout): RolloutView {
  const targets: TargetView[] = []
  for (const row of rollout.rows.values())
    if (isPicked(world, rollout, row)) targets.push(targetOf(world, rollout, row))
  return {
    state: rollout.state,
    policy: rollout.policy,
    waves: rollout.waves.map((wave) => ({ ...wave, counts: countWave(rollout, wave.index) })),
    groups: { 'group-1': groupOf(world) },
    targets,
    ...unassignedOf(rollout.rows.values()),
    more: false,
    grantIds: targets.map(() => `grant-${++world.ids}`),
    isRollback: rollout.parent !== null,
    rollback: rollbackOf(world, rollout),
    haltedAt: rollout.haltedAt,
    converges: convergesTo(world, rollout),
  }
}

function rollbackOf({ rollouts }: World, rollout: WorldRollout): RollbackView | null {
  if (!['rolling_back', 'superseded'].includes(rollout.state)) return null
  const parents = rollouts.filter((one) => isContinuedBy(rollout, one)).toReversed()
  const children = parents.flatMap((one) => rollouts.findLast(({ parent }) => parent === one) ?? [])
  const child = children[0]
  if (!child) return null
  return { id: child.id, state: child.state === 'completed' || child.state === 'aborted' ? child.state : 'under_way' }
}

function targetOf(world: World, rollout: WorldRollout, row: Row): TargetView {
  const { hops: _hops, hop: _hop, hopBootKey: _key, ...kept } = row
  const slot = world.slots.get(row.deviceId)
  const holdsSlot = slot !== undefined && (slot.rollout === rollout.id || early.includes(row.state))
  const bucket = world.options.buckets?.of(row.deviceId)
  const place = { ...kept, ...placeOf(rollout, row) }
  const leaving = rollout.parent && { leaving: rollout.release.digests }
  const device = { ...deviceOf(world, rollout, place), takenByOther: takenByOther(world, rollout, place) }
  return { ...place, ...leaving, bucket, holdsSlot, device }
}

/** What the device is to boot now and from where. */
export function placeOf(
  { release }: WorldRollout,
  { hops, hop, accept, fromDigest, fromBootKey, hopBootKey }: Row,
): Pick<TargetView, 'accept' | 'route' | 'fromDigest' | 'fromBootKey'> {
  if (hops.length === 0) return { accept, fromDigest, fromBootKey }
  const all = [...hops, { release: release.id, name: release.name, barrier: release.barrier, accept }]
  const before = hops[hop - 1]
  const from = { fromDigest: before?.accept[0] ?? fromDigest, fromBootKey: before ? hopBootKey : fromBootKey }
  return { accept: all[hop]?.accept ?? accept, route: { hops: all, at: Math.min(hop, hops.length) }, ...from }
}

function deviceOf(
  world: World,
  rollout: WorldRollout,
  { deviceId, accept }: Pick<TargetView, 'deviceId' | 'accept'>,
): DeviceView {
  const device = world.devices.get(deviceId)
  const presence = world.presence.get(deviceId)
  const told = world.told.get(deviceId)
  if (!device || !presence || !told) throw new Error(`no device ${deviceId}`)
  return {
    ...presence,
    removed: false,
    canLock: device.behaviour !== 'cannot_lock',
    quarantined: accept.some((digest) => device.quarantined.has(digest)),
    busyWith: busyWith(world, rollout, deviceId),
    desiredGen: told.gen,
  }
}

function busyWith({ rollouts }: World, own: WorldRollout, deviceId: string): string | null {
  const other = rollouts.find((one) => {
    return one !== own && isBusy(one.rows.get(deviceId)?.state) && !mayTakeOver(own, one, deviceId)
  })
  return other?.id ?? null
}

/** Whether a roll-back may take on whom its parent, or one of the same release before it, has on the image. */
export function mayTakeOver({ parent }: WorldRollout, from: WorldRollout, deviceId: string): boolean {
  const state = from.rows.get(deviceId)?.state
  return parent !== null && isContinuedBy(from, parent) && (state === 'verifying' || state === 'soaking')
}

// Whether it is the other, or only rollouts of the same release came between.
function isContinuedBy(rollout: WorldRollout, by: WorldRollout): boolean {
  if (rollout === by) return true
  const { supersededBy, release, parent } = rollout
  return supersededBy !== null && parent === null && supersededBy.release === release && isContinuedBy(supersededBy, by)
}

const early: readonly TargetState[] = ['pending', 'offered', 'downloading', 'staged']
const swept: Partial<Record<RolloutState, readonly TargetState[]>> = {
  pausing: ['granted'],
  aborting: [...early, 'granted'],
  superseded: [...early, 'granted'],
  completed: [...early, 'granted'],
  rolling_back: [...early, 'granted'],
}

function isPicked(world: World, rollout: WorldRollout, row: Row): boolean {
  const { dueAt, state } = row
  if (dueAt !== null && dueAt <= world.now) return true
  if (rollout.state === 'rolling_back' && isBusy(state)) return rollbackOf(world, rollout)?.state === 'completed'
  if (convergesTo(world, rollout)) return isPickedLate(world, row)
  if (rollout.state !== 'running') return swept[rollout.state]?.includes(state) ?? false
  return isPickedRunning(world, rollout, row)
}

function isPickedRunning(world: World, rollout: WorldRollout, row: Row): boolean {
  return world.presence.get(row.deviceId)?.connected
    ? canBeGiven(world, row)
    : early.includes(row.state) && isOverdue(world, rollout)
}

// Who comes back is due by its report, and who falls silent by its time.
function isPickedLate(world: World, row: Row): boolean {
  const { state, reason, deviceId } = row
  const connected = world.presence.get(deviceId)?.connected === true
  if (state === 'skipped') return connected && (reason === 'joined_late' || reason === 'superseded')
  return state === 'granted' || (connected && canBeGiven(world, row))
}

function canBeGiven({ now, options, devices }: World, { state, deviceId }: Row): boolean {
  if (state === 'granted') return options.closedAt(now)
  if (state === 'offered') return devices.get(deviceId)?.behaviour === 'cannot_lock'
  return state === 'pending' || state === 'staged'
}

function isOverdue({ now }: World, { waves, policy }: WorldRollout): boolean {
  const opened = waves.at(-1)?.openedAt ?? Number.POSITIVE_INFINITY
  return opened + policy.timeouts.giveUpAfterSec * 1000 <= now
}

/** How many targets of a wave are in each state. */
export function countWave({ rows }: WorldRollout, index: number): WaveView['counts'] {
  const counts: Partial<Record<TargetState, number>> = {}
  for (const { wave, state } of rows.values()) if (wave === index) counts[state] = (counts[state] ?? 0) + 1
  return counts
}

const staging: readonly RolloutState[] = ['running', 'pausing', 'paused', 'completed']

function groupOf({ options, slots, rollouts, now }: World): GroupView {
  const closed = options.closedAt(now) ? { code: 'window.closed', message: 'It is closed.' } : null
  let downloading = 0
  for (const { state, rows } of rollouts) {
    if (!staging.includes(state)) continue
    for (const row of rows.values()) if (row.state === 'offered' || row.state === 'downloading') downloading += 1
  }
  const { slots: limit, maxDownloading } = options
  const reopensAt = closed && now + 30_000
  const common = { slots: limit, slotsTaken: slots.size, maxDownloading, downloading, closed }
  return { ...common, windowUntil: null, reopensAt, buckets: bucketsOf(options, [...slots.keys()]) }
}

function bucketsOf({ buckets }: WorldOptions, holders: readonly string[]): BucketsView | undefined {
  if (!buckets) return undefined
  const values = [...new Set(holders.map(buckets.of))]
  const of = values.map((value) => {
    const held = holders.filter((deviceId) => buckets.of(deviceId) === value)
    return { value, slots: buckets.slots, taken: held.length, holders: held }
  })
  return { label: 'site', of, rest: buckets.slots }
}
