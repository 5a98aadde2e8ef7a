import type { OperatorVerb } from '@bootfleet/contracts'
import { OperationError } from '../errors.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { refuseRolledBack } from './rolled-back-by.ts'
import { isRunningFor, runningStates } from './verb-access.ts'

/** Refuses a verb that does not move the rollout itself where it makes no sense. */
export function requireState(rollout: RolloutRow, verb: OperatorVerb): void {
  if (isRunningFor(rollout, verb)) return
  refuseRolledBack(rollout)
  const states = runningStates[verb] ?? []
  throw new OperationError(
    'illegal_transition',
    `A rollout that is ${rollout.state.replaceAll('_', ' ')} cannot be told to ${verb}. That is possible while it is ${states.join(' or ')}, or completed while devices converge to it${verb === 'promote' ? ' and a gate holds them' : ''}.`,
  )
}
