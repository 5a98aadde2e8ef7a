import { activeStates, type RolloutState } from './lifecycle.ts'
import type { Row, World, WorldRollout } from './world-state.testing.ts'

export const underWay: readonly RolloutState[] = ['running', 'pausing', 'paused']
export const active: readonly RolloutState[] = activeStates
const waitingReasons: readonly (string | null)[] = ['unreachable', 'joined_late', 'superseded']

/** Whether devices that come late or come back converge to a rollout. */
export function convergesTo({ rollouts, current }: World, rollout: WorldRollout): boolean {
  if (rollout.state !== 'completed' || current !== rollout) return false
  return !rollouts.some((other) => other !== rollout && other.whole && active.includes(other.state))
}

/** Whether a target is opened again when its device is there. */
export function waitsForDevice(
  world: World,
  rollout: WorldRollout,
  { state, reason }: Pick<Row, 'state' | 'reason'>,
): boolean {
  if (state !== 'skipped' || rollout.parent) return false
  if (underWay.includes(rollout.state)) return reason === 'unreachable'
  return rollout.state === 'completed' && world.current === rollout && waitingReasons.includes(reason)
}
