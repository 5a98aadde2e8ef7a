import type { OperatorVerb } from '@bootfleet/contracts'
import { OperationError } from '../errors.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { runningStates } from './verb-access.ts'

/** Refuses a verb that does not move the rollout itself where it makes no sense. */
export function requireState({ state }: RolloutRow, verb: OperatorVerb): void {
  const states = runningStates[verb] ?? []
  if (states.includes(state)) return
  throw new OperationError(
    'illegal_transition',
    `A rollout that is ${state} cannot be told to ${verb}. That is possible while it is ${states.join(' or ')}.`,
  )
}
