import { activeStates, type RolloutState } from './lifecycle.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'

export const underWay: readonly RolloutState[] = ['running', 'pausing', 'paused']
export const active: readonly RolloutState[] = activeStates
const waitingReasons: readonly (string | null)[] = ['unreachable', 'joined_late', 'superseded']

/** Whether devices that come late or come back converge to a rollout, or go back by one. */
export function convergesTo(world: World, rollout: WorldRollout): boolean {
  const { rollouts, current } = world
  if (rollout.parent)
    return takesBack(world, rollout) && !rollouts.some((other) => isOnItsWay(other) && isAfter(other, rollout))
  if (rollout.state !== 'completed' || current !== rollout) return false
  return !rollouts.some((other) => other !== rollout && isOnItsWay(other))
}

/** Whether it is to look for who joined while something newer was current, as that moves nobody any more. */
export function seeksJoiners(world: World, rollout: WorldRollout): boolean {
  return world.seeksJoiners && world.current === rollout && convergesTo(world, rollout)
}

function isOnItsWay({ whole, state }: WorldRollout): boolean {
  return whole && active.includes(state)
}

function isAfter({ parent, whole, startedAt }: WorldRollout, own: WorldRollout): boolean {
  return parent === null && whole && startedAt > own.startedAt
}

/** Whether it is a roll-back that is over, by which devices go back that were away. */
export function takesBack({ rollouts }: World, rollout: WorldRollout): boolean {
  const { parent, state } = rollout
  if (state !== 'completed' || !parent || !['rolling_back', 'rolled_back'].includes(parent.state)) return false
  return !rollouts.some((other) => other.state === 'completed' && isAfter(other, rollout))
}

/** Whether a target is opened again when its device is there. */
export function waitsForDevice(
  world: World,
  rollout: WorldRollout,
  { state, reason }: Pick<Row, 'state' | 'reason'>,
): boolean {
  if (state !== 'skipped') return false
  if (underWay.includes(rollout.state)) return reason === 'unreachable'
  if (rollout.parent) return takesBack(world, rollout) && waitingReasons.includes(reason)
  return rollout.state === 'completed' && world.current === rollout && waitingReasons.includes(reason)
}
