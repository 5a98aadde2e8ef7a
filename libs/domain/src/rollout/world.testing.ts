import { decide } from './decide.ts'
import { stepDevice, type FakeDevice, type Link } from './fake-device.testing.ts'
import { earlyStates, hasEnded, type TargetState } from './target-lifecycle.ts'
import { aReport, image, oldImage } from './view.testing.ts'
import type { Instant } from './view.ts'
import { join, noteJoiners, reopenReturned } from './world-converge.testing.ts'
import { seeksJoiners, waitsForDevice } from './world-current.testing.ts'
import { reroute } from './world-reroute.testing.ts'
import { beginRollback } from './world-rollback.testing.ts'
import { isBusy, startRollout } from './world-rollout.testing.ts'
import type { Presence, World, WorldOptions, WorldRollout } from './world-state.testing.ts'
import { viewOf } from './world-view.testing.ts'
import { write } from './world-write.testing.ts'
import type { ReleaseNode } from '../update-graph/release-node.ts'

export function aRelease(id: string, digest: string, barrier = false): ReleaseNode {
  return { id, name: id, digests: [digest], barrier, deadEnd: null, minimumFrom: null }
}

export const oldRelease = aRelease('1.0', oldImage)
export const newRelease = aRelease('2.0', image)

/** A group on the old image. */
export function emptyWorld(options: WorldOptions): World {
  const absent = { connected: false, conn: null, connectedAt: null, lastSeenAt: null, report: null }
  const map = <T>(make: (id: string) => T) => new Map(options.devices.map(({ id }) => [id, make(id)]))
  return {
    options,
    devices: new Map(options.devices.map((device) => [device.id, device])),
    links: new Map(),
    now: 0,
    rollouts: [],
    current: null,
    seeksJoiners: false,
    enrolled: new Set(options.devices.map(({ id }) => id).filter((id) => !options.joinsAt.has(id))),
    slots: new Map(),
    told: map(() => ({ gen: 1, phase: 'none', image: null, grant: null, rollout: null }) as const),
    presence: map(() => absent),
    down: new Set(),
    ids: 0,
  }
}

/** The same, with a rollout of the new image to all of it. */
export function makeWorld(options: Omit<WorldOptions, 'releases' | 'joinsAt'>): World {
  const world = emptyWorld({ ...options, joinsAt: new Map(), releases: [oldRelease, newRelease] })
  const deviceIds = options.devices.map(({ id }) => id)
  startRollout(world, { release: newRelease, policy: options.policy, deviceIds })
  return world
}

/** Lets time pass: devices act, then the rollouts take turns until they ask for none. */
export function tick(world: World, ms: number): void {
  world.now += ms
  for (const [id, at] of world.options.joinsAt) if (at <= world.now && !world.enrolled.has(id)) join(world, id)
  for (const device of world.options.devices) stepDevice(device, linkOf(world, device), world.now)
  settle(world)
}

function settle(world: World): void {
  for (let turns = 0; ; turns++) {
    const due = world.rollouts.filter((rollout) => isDue(world, rollout))
    const next = due[turns % Math.max(1, due.length)]
    if (!next) return
    if (turns > 80) throw new Error(`the rollout does not come to rest: ${next.because.message}`)
    takeTurn(world, next)
  }
}

function takeTurn(world: World, rollout: WorldRollout): void {
  rollout.hint = false
  if (noteJoiners(world, rollout) || reopenReturned(world, rollout) || reroute(world, rollout)) return
  const view = viewOf(world, rollout)
  const decision = decide(view, world.now)
  world.options.watch(world, rollout, { view, decision })
  write(world, rollout, decision)
  if (!isDue(world, rollout)) world.options.rested?.(world, rollout)
  if (decision.rollout?.to === 'rolling_back') beginRollback(world, rollout)
  if (decision.rollout || decision.targets.some(({ event }) => event !== undefined)) hintOthers(world, rollout)
}

// They may wait for a slot that was freed, or for a device that has ended; the operations have them look now and then.
function hintOthers({ rollouts }: World, own: WorldRollout): void {
  for (const rollout of rollouts) if (rollout !== own) rollout.hint = true
}

function isDue(world: World, rollout: WorldRollout): boolean {
  const due = (at: Instant | null) => at !== null && at <= world.now
  if (isFinal(rollout)) return false
  if (seeksJoiners(world, rollout)) return true
  return rollout.hint || due(rollout.wakeAt) || [...rollout.rows.values()].some(({ dueAt }) => due(dueAt))
}

/** Nothing of it changes any more, whatever is reported. */
export function isFinal({ state }: WorldRollout): boolean {
  return state === 'aborted' || state === 'rolled_back'
}

/** It has ended, as far as anybody knows. */
export function isOver(rollout: WorldRollout): boolean {
  return isFinal(rollout) || rollout.state === 'completed' || (rollout.state === 'superseded' && rollout.ended)
}

function linkOf(world: World, device: FakeDevice): Link {
  const known = world.links.get(device.id) ?? link(world, device)
  world.links.set(device.id, known)
  return known
}

function link(world: World, { id }: FakeDevice): Link {
  const set = (over: Partial<Presence>) => {
    const before = world.presence.get(id)
    if (before) world.presence.set(id, { ...before, ...over })
  }
  return {
    get told() {
      const told = world.told.get(id)
      if (!told) throw new Error(`no device ${id}`)
      return told
    },
    connect: (conn) => {
      set({ connected: true, conn, connectedAt: world.now, lastSeenAt: world.now })
      for (const rollout of world.rollouts) if (rollout.rows.get(id)?.state === 'pending') rollout.hint = true
    },
    disconnect: () => set({ connected: false, lastSeenAt: world.now }),
    heard: () => set({ lastSeenAt: world.now }),
    goingDown: () => world.down.add(id),
    report: (report) => {
      set({ report: { ...aReport(report), receivedAt: world.now } })
      const held = world.slots.get(id)
      if (report.health === 'healthy') world.down.delete(id)
      const isFreed = report.health === 'healthy' && held !== undefined && isBack(world, id, report)
      if (isFreed) world.slots.delete(id)
      for (const rollout of world.rollouts) {
        if (isFreed) rollout.hint = true
        makeDue(world, rollout, id)
      }
    },
    returnGrant: (grantId) => {
      for (const { rows } of world.rollouts) {
        const row = rows.get(id)
        if (row?.grant?.id === grantId) rows.set(id, { ...row, grant: { ...row.grant, conn: null }, dueAt: world.now })
      }
    },
  }
}

// It is on another boot, or shows that it never used a grant that has timed out.
function isBack({ slots, rollouts, told }: World, id: string, report: Parameters<Link['report']>[0]): boolean {
  const held = slots.get(id)
  const { state, reason } = rollouts.find((rollout) => rollout.id === held?.rollout)?.rows.get(id) ?? {}
  const hasNoGrant =
    report.phase !== 'rebooting' && report.grantId === null && report.observedGen >= (told.get(id)?.gen ?? 0)
  const isWithdrawn = (state === 'timed_out' && reason === 'apply') || earlyStates.some((one) => one === state)
  return held?.bootKey !== report.bootKey || (isWithdrawn && hasNoGrant)
}

// Targets of which no report can change anything are left out. One in no wave yet is only waited for.
function makeDue(world: World, rollout: WorldRollout, deviceId: string): void {
  const row = rollout.rows.get(deviceId)
  if (!row) return
  const isSettled = settled.includes(row.state) || (row.state === 'pending' && row.wave === null)
  if (isSettled && !waitsForDevice(world, rollout, row)) return
  rollout.rows.set(deviceId, { ...row, dueAt: world.now })
}

const settled: readonly TargetState[] = ['failed', 'reverted', 'skipped', 'rolled_back']

/** Targets that have not ended. */
export function unfinished({ rows }: WorldRollout): string[] {
  return [...rows.values()].filter(({ state }) => !hasEnded(state)).map(({ deviceId, state }) => `${deviceId} ${state}`)
}

/** Rollouts in which a device has been granted its reboot and has not ended. */
export function busyIn({ rollouts }: World, deviceId: string): WorldRollout[] {
  return rollouts.filter(({ rows }) => isBusy(rows.get(deviceId)?.state))
}
