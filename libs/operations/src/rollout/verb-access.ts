import { operatorVerbs, type OperatorVerb, type Rollout } from '@bootfleet/contracts'
import { nextState, statesAllowing, type RolloutState, type RolloutVerb } from '@bootfleet/domain'
import type { Ctx } from '../context.ts'
import { isHeld } from './convergence-events.ts'
import { forwardAgain } from './refuse-rollback.ts'
import { rolledBackBy } from './rolled-back-by.ts'
import { mayVerb } from './verb-permission.ts'

/** What decides which verbs a rollout allows. */
export interface VerbFacts {
  readonly state: RolloutState
  readonly kind: string
  readonly parentId: string | null
  readonly rollback: { readonly id: string } | null
  /** Devices of the channel converge to it once it is completed. */
  readonly current: boolean
  /** A roll-back that is over, and takes devices back all the same. */
  readonly takesBack: boolean
  readonly because: { readonly code: string }
}

const lifecycleVerb: Partial<Record<OperatorVerb, RolloutVerb>> = {
  start: 'start',
  schedule: 'schedule',
  reject: 'reject',
  pause: 'pause',
  resume: 'resume',
  abort: 'abort',
  'roll-back': 'roll_back',
}

/** Verbs that do not move the rollout itself: states in which they are possible. */
export const runningStates: Partial<Record<OperatorVerb, readonly RolloutState[]>> = {
  promote: ['running'],
  retry: ['running', 'paused'],
}

/** Whether a verb that does not move the rollout itself makes sense: also while devices converge to it, or are held. */
export function isRunningFor(
  { state, current, takesBack, because }: Pick<VerbFacts, 'state' | 'current' | 'takesBack' | 'because'>,
  verb: OperatorVerb,
): boolean {
  const states = runningStates[verb]
  if (states === undefined || state !== 'completed') return states?.includes(state) ?? false
  return (current || takesBack) && (verb === 'retry' || isHeld(because))
}

/** Whether the caller may use each verb now, and if not why. */
export function verbsOf(ctx: Ctx, facts: VerbFacts): Rollout['verbs'] {
  return Object.fromEntries(operatorVerbs.map((verb) => [verb, access(ctx, facts, verb)])) as Rollout['verbs']
}

function access(ctx: Ctx, facts: VerbFacts, verb: OperatorVerb): { allowed: boolean; reason?: string } {
  const reason = whyIllegal(facts, verb)
  if (reason !== undefined) return { allowed: false, reason }
  return mayVerb(ctx, verb) ? { allowed: true } : { allowed: false, reason: 'Your role may not do this.' }
}

function whyIllegal(facts: VerbFacts, verb: OperatorVerb): string | undefined {
  const { state, kind, rollback } = facts
  if (kind === 'rollback' && verb === 'roll-back') return forwardAgain(facts)
  const inTable = lifecycleVerb[verb]
  const states = inTable ? statesAllowing(inTable) : runningStates[verb]
  const legal = inTable ? nextState(state, inTable) !== undefined : isRunningFor(facts, verb)
  if (legal) return undefined
  if (state === 'rolling_back' && rollback) return rolledBackBy(rollback.id)
  return `The rollout is ${state.replaceAll('_', ' ')}; this is possible while it is ${states?.join(' or ').replaceAll('_', ' ')}.`
}
