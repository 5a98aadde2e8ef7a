import { expect } from 'vitest'
import type { Behaviour } from './fake-device.testing.ts'
import { failureStates, type TargetState } from './target-lifecycle.ts'
import { checkPresent } from './world-converge-checks.testing.ts'
import { convergesTo, waitsForDevice } from './world-current.testing.ts'
import { must } from './world-must.testing.ts'
import type { World, WorldRollout } from './world-state.testing.ts'
import { lookAfter, newerRelease, stop, type Story } from './world-story.testing.ts'
import { isOver, unfinished } from './world.testing.ts'

/** From here on operators let them go on without those that failed, and at last abort what nothing can prove. */
export function bringToAnEnd(world: World, told: Story): void {
  const from = world.now
  for (let round = 1; round <= 12; round++) lookAfter(world, from + round * 300_000)
  for (const { state, because } of world.rollouts) if (state === 'running') expect(holds(told)).toContain(because.code)
  stop(world)
  for (const rollout of world.rollouts) {
    expect([rollout.because.message, isOver(rollout)]).toEqual([rollout.because.message, true])
    expect(unfinished(rollout)).toEqual([])
  }
  for (const { id, behaviour } of world.options.devices)
    for (const rollout of world.rollouts) checkEnd(rollout, id, behaviour)
  checkPresent(world)
  checkRolledBack(world)
}

// What a rollout may wait for, for ever, until a person does something.
function holds({ unreachable }: Story): string[] {
  const offline = unreachable === 'wait' ? ['gate.waiting'] : []
  // Behind a device that never frees the only slot, those that come and go may all be away when it is looked at.
  return [
    'wave.nobody_left',
    'wave.nobody_matches',
    'wave.nobody_succeeded',
    'wave.waiting_for_devices',
    'budget.full',
    'target.offline',
    ...offline,
  ]
}

// How a device may end, by what it does.
function checkEnd(rollout: WorldRollout, id: string, behaviour: Behaviour): void {
  const row = rollout.rows.get(id)
  if (row) expect([behaviour, row.state, row.reason, mayEnd(rollout, row.state, behaviour)]).toContain(true)
}

function mayEnd({ parent, release }: WorldRollout, end: TargetState, behaviour: Behaviour): boolean {
  if (end === 'skipped' || end === 'reverted') return true
  if (behaviour === 'never_connects') return false
  if (end === 'succeeded') return parent !== null || release === newerRelease || benignOn(behaviour)
  return true
}

function benignOn(behaviour: Behaviour): boolean {
  return !['cannot_download', 'falls_back', 'unhealthy', 'never_returns'].includes(behaviour)
}

function checkRolledBack(world: World): void {
  for (const rollout of world.rollouts) {
    if (rollout.state !== 'rolled_back' || isBegunAnew(world, rollout)) continue
    const child = world.rollouts.findLast(({ parent }) => parent === rollout)
    for (const id of world.presence.keys()) checkBack(world, { rollout, child, id })
  }
}

interface Back {
  readonly rollout: WorldRollout
  readonly child: WorldRollout | undefined
  readonly id: string
}

// Who still runs a release that was rolled back is named there with what keeps it.
function checkBack(world: World, { rollout, child, id }: Back): void {
  const row = child?.rows.get(id)
  const named = row?.state === 'skipped' || failures.includes(row?.state)
  must(named || !stays(world, rollout, id), 'who stays on the image is named', [id, row])
  if (child === undefined || row === undefined || world.presence.get(id)?.connected !== true) return
  must(!waitsForDevice(world, child, row) || !convergesTo(world, child), 'who is back goes back', [id, row])
}

function stays(world: World, rollout: WorldRollout, id: string): boolean {
  const digest = world.presence.get(id)?.report?.bootedDigest
  return digest === rollout.release.digests[0] && rollout.rows.has(id) && !stands(world, rollout, id)
}

function isBegunAnew(world: World, { release, startedAt }: WorldRollout): boolean {
  return world.rollouts.some((other) => {
    return other.parent === null && other.release === release && other.startedAt > startedAt
  })
}

// A completed rollout stands, and so does what it brings: that is current, and devices converge to it.
function stands(world: World, { release }: WorldRollout, id: string): boolean {
  return world.rollouts.some(({ release: brought, state, parent, rows }) => {
    return parent === null && brought === release && state === 'completed' && rows.get(id)?.state === 'succeeded'
  })
}

const failures: readonly (TargetState | undefined)[] = failureStates
