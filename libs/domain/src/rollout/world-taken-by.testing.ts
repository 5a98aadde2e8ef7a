import { busyStates, earlyStates, type TargetState } from './target-lifecycle.ts'
import type { TargetView } from './view.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'

type Own = Pick<TargetView, 'deviceId' | 'accept' | 'state' | 'stateSince'>

/** Whether the device of a target that has succeeded runs something else by what another rollout did since. */
export function takenByOther(world: World, rollout: WorldRollout, own: Own): boolean {
  const booted = world.presence.get(own.deviceId)?.report?.bootedDigest ?? null
  if (own.state !== 'succeeded' || booted === null || own.accept.includes(booted)) return false
  return world.rollouts.some((other) => {
    const row = other.rows.get(own.deviceId)
    if (other === rollout || !row || !moved(row) || since(row) < own.stateSince) return false
    if (isOwn(own, row) && hasArrived(row)) return false
    const isUndone = !has.includes(row.state) || ['rolling_back', 'rolled_back'].includes(other.state)
    return !(isUndone && isBroughtBack(world, own, since(row)))
  })
}

function moved({ state, firstGrantedAt }: Row): boolean {
  return !hasNothing.includes(state) && (firstGrantedAt !== null || has.includes(state))
}

function since({ firstGrantedAt, stateSince }: Row): number {
  return firstGrantedAt ?? stateSince
}

function isBroughtBack({ rollouts }: World, own: Own, after: number): boolean {
  return rollouts.some(({ parent, startedAt, rows }) => {
    const row = rows.get(own.deviceId)
    if (parent === null || startedAt < after || !row || !isOwn(own, row)) return false
    return hasArrived(row) || (row.state === 'skipped' && row.reason === 'already_on_digest')
  })
}

function isOwn({ accept }: Own, row: Row): boolean {
  return row.accept.some((digest) => accept.includes(digest))
}

function hasArrived({ state, reason }: Row): boolean {
  return state === 'succeeded' || (state === 'rolled_back' && reason === 'regressed')
}

const has: readonly TargetState[] = [...busyStates, 'succeeded']
const hasNothing: readonly TargetState[] = [...earlyStates, 'skipped']
