import { fakeDevice, type Behaviour, type FakeDevice } from './fake-device.testing.ts'
import type { PolicySpec } from './policy.ts'
import { canary, policy as base, rest } from './view.testing.ts'
import { check, checkRest, watch } from './world-checks.testing.ts'
import { takesBack } from './world-current.testing.ts'
import { command, isHeld, releaseSlots, type Button } from './world-operator.testing.ts'
import { startRollout } from './world-rollout.testing.ts'
import type { ReleaseNode } from '../update-graph/release-node.ts'
import type { World, WorldRollout } from './world-state.testing.ts'
import { aRelease, emptyWorld, isOver, newRelease, oldRelease, tick, unfinished } from './world.testing.ts'

const stepMs = 10_000
const timeouts = {
  downloadSec: 300,
  grantSec: 60,
  applySec: 200,
  healthSec: 60,
  unreachableAfterSec: 60,
  giveUpAfterSec: 900,
}
export const waves = [canary, { ...canary, name: 'some', size: { percent: 40 } }, rest].map((wave) => ({
  ...wave,
  soakSec: 30,
}))
const strict: PolicySpec = { ...base, waves, timeouts }
const keyRelease = aRelease('1.5', 'sha256:key', true)
export const newerRelease = aRelease('3.0', 'sha256:newer')

function chances(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Press {
  readonly at: number
  /** Which of the rollouts; -1: the newest. */
  readonly on: number
  /**
   * `newer`, `again`: starts a rollout of the newer release, or of the same, in place of those under way. `leave`: nobody
   * presses anything, and which of the devices goes away.
   */
  readonly button: Button | 'newer' | 'again' | 'leave'
  /** When the device is back. */
  readonly until?: number
}

export interface Story {
  readonly seed: number
  readonly kinds: readonly Behaviour[]
  /** Devices that are away until then, or are enrolled then. */
  readonly late: readonly { readonly kind: Behaviour; readonly at: number; readonly joins: boolean }[]
  readonly lateJoiners: PolicySpec['lateJoiners']
  readonly slots: number
  readonly unreachable: PolicySpec['unreachable']
  readonly onTrip: PolicySpec['onTrip']
  readonly approval: 'auto' | 'manual'
  /** Failures trip no gate, so that bad releases go far. */
  readonly lenient: boolean
  /** A release that must be booted on the way. */
  readonly barrier: boolean
  /** Two rollouts, each to a half of the devices. */
  readonly halves: boolean
  /** What narrows the waves before the last, if anything does. */
  readonly narrowed: readonly ({ readonly selector: string; readonly size?: null } | null)[]
  readonly presses: readonly Press[]
}

export function start(story: Story, giveUpAfterSec = 900): World {
  const { seed, slots, barrier, halves, kinds, late } = story
  const chance = chances(seed)
  const closedFrom = chance() < 0.3 ? Math.floor(chance() * 600_000) : Number.POSITIVE_INFINITY
  const policy = policyOf(story, giveUpAfterSec)
  const devices = devicesOf(story)
  if (barrier) for (const device of devices) if (chance() < 0.3) device.bad = keyRelease.digests[0] ?? ''
  const world = emptyWorld({
    policy,
    devices,
    slots,
    releases: [oldRelease, ...(barrier ? [keyRelease] : []), newRelease, newerRelease],
    maxDownloading: 1 + Math.floor(chance() * 4),
    joinsAt: new Map(late.flatMap(({ joins, at }, place) => (joins ? [[nameOf(kinds.length + place), at]] : []))),
    closedAt: (now) => now >= closedFrom && now < closedFrom + 300_000,
    watch,
    ...(seed % 4 === 0 && { rested: checkRest }),
  })
  const ids = [...world.enrolled]
  const parts = halves
    ? [ids.filter((_id, place) => place % 2 === 0), ids.filter((_id, place) => place % 2 === 1)]
    : [ids]
  // The devices say what they run.
  tick(world, 1000)
  for (const deviceIds of parts) startRollout(world, { release: newRelease, policy, deviceIds }, { beside: halves })
  return world
}

function nameOf(place: number): string {
  return `device-${place + 1}`
}

function devicesOf({ seed, kinds, late }: Story): FakeDevice[] {
  const all = [...kinds.map((kind) => ({ kind, at: 0 })), ...late]
  return all.map(({ kind, at }, place) => {
    const device = fakeDevice(nameOf(place), kind, chances(seed + place))
    return { ...device, offUntil: Math.max(device.offUntil, at) }
  })
}

function policyOf(
  { unreachable, onTrip, approval, lenient, narrowed, lateJoiners }: Story,
  giveUpAfterSec: number,
): PolicySpec {
  const gate = lenient ? { minConcluded: 1, minSuccessPercent: 0 } : canary.gate
  const rules = waves.map((wave, place) => ({ ...wave, approval, gate, ...narrowed[place] }))
  return { ...strict, waves: rules, unreachable, onTrip, lateJoiners, timeouts: { ...timeouts, giveUpAfterSec } }
}

function press(world: World, { button, on, until = Number.POSITIVE_INFINITY }: Press): void {
  if (button === 'leave') return leave(world, world.options.devices[on % world.options.devices.length], until)
  const isNewer = world.rollouts.some(({ release }) => release === newerRelease)
  if (button === 'newer') return isNewer ? undefined : startAnother(world, newerRelease)
  if (button === 'again') return startAnother(world, newRelease)
  const rollout = world.rollouts.at(on < 0 ? on : on % world.rollouts.length)
  if (rollout) command(world, rollout, button)
}

// Who reboots, or is away already, is left to that.
function leave({ links }: World, device: FakeDevice | undefined, until: number): void {
  if (!device || device.conn === null) return
  device.conn = null
  device.offUntil = until
  links.get(device.id)?.disconnect()
}

function startAnother(world: World, release: ReleaseNode): void {
  const { policy } = world.options
  if (world.rollouts.filter(({ parent }) => parent === null).length > 4) return
  startRollout(world, { release, policy, deviceIds: [...world.enrolled] })
}

export function play(world: World, until: number, presses: readonly Press[] = []): void {
  const arrivals = world.options.devices.map(({ offUntil }) => offUntil).filter((at) => Number.isFinite(at))
  const last = Math.max(0, ...arrivals, ...presses.map(({ at }) => at))
  while (world.now < until && !(world.now > last && isQuiet(world))) {
    for (const one of presses) if (one.at > world.now - stepMs && one.at <= world.now) press(world, one)
    tick(world, stepMs)
    check(world)
  }
}

// A device that will be back in a moment may have something to do then.
function isQuiet(world: World): boolean {
  const isAway = ({ doing, offUntil }: FakeDevice) =>
    doing === 'rebooting' || (Number.isFinite(offUntil) && offUntil > world.now)
  return !world.options.devices.some(isAway) && world.rollouts.every((rollout) => isAtRest(world, rollout))
}

function isAtRest(world: World, rollout: WorldRollout): boolean {
  const takesIn = world.current === rollout || takesBack(world, rollout)
  return isOver(rollout) && !(takesIn && unfinished(rollout).length > 0)
}

export function lookAfter(world: World, until: number): void {
  for (const rollout of world.rollouts) {
    if (isHeld(rollout)) command(world, rollout, 'promote')
    if (rollout.state === 'paused' || rollout.state === 'pausing') command(world, rollout, 'continue')
    for (const _wave of rollout.waves) {
      // Only a person goes on without a first wave that nobody matches.
      if (rollout.because.code === 'wave.nobody_matches') command(world, rollout, 'promote')
      command(world, rollout, 'approve')
      play(world, world.now + stepMs)
    }
  }
  play(world, until)
}

// Roll-backs first: their rollouts are paused by that, and are aborted then. Who converges goes on to its end.
export function stop(world: World): void {
  for (let round = 0; round < 6; round++) {
    for (const rollout of world.rollouts.toReversed()) command(world, rollout, isHeld(rollout) ? 'promote' : 'abort')
    releaseSlots(world)
    play(world, world.now + 900_000)
  }
}
