import { nextState, statesAllowing, type Because, type RolloutState, type RolloutVerb } from '@bootfleet/domain'
import type { Prisma, Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { refuseRolledBack, type RolledBack } from './rolled-back-by.ts'

export interface Transition {
  readonly verb: RolloutVerb
  readonly because: Because
  /** Other columns that change with the state. */
  readonly data?: Prisma.RolloutUncheckedUpdateInput
  /** What the audit entry says beside the states. */
  readonly detail?: Prisma.InputJsonObject
}

/** The state that a verb leads to, or `illegal_transition` with the reason. */
export function legalState(
  { state, rollbackId }: RolledBack & { state: RolloutState },
  verb: RolloutVerb,
): RolloutState {
  const to = nextState(state, verb)
  if (to) return to
  refuseRolledBack({ rollbackId })
  const allowed = statesAllowing(verb).join(', ').replaceAll('_', ' ')
  const message = `A rollout that is ${state.replaceAll('_', ' ')} cannot ${inWords(verb)}. That is possible while it is ${allowed}.`
  throw new OperationError('illegal_transition', message)
}

// Nobody says `unschedule`: it is a start time that is taken away.
function inWords(verb: RolloutVerb): string {
  return verb === 'unschedule' ? 'lose its start time and be a draft again' : `be told to ${verb.replaceAll('_', ' ')}`
}

/** Moves a locked rollout through the table, with event, audit entry and hint, and wakes the worker. */
export async function transition(
  tx: Tx,
  ctx: Ctx,
  { rollout, change }: { rollout: RolloutRow; change: Transition },
): Promise<void> {
  const to = legalState(rollout, change.verb)
  const now = ctx.services.now()
  const because = { ...change.because, by: ctx.actor.name }
  await tx.rollout.update({
    where: { id: rollout.id },
    data: { ...change.data, state: to, because, wakeAt: now, version: { increment: 1 } },
  })
  const { organizationId, id: rolloutId } = rollout
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId, at: now, kind: `rollout.${to}`, because } })
  await audit(tx, ctx, {
    action: `rollout.${change.verb}`,
    subject: { kind: 'rollout', id: rolloutId },
    detail: { from: rollout.state, to, ...change.detail },
  })
  await emit(tx, organizationId, [
    { kind: 'rollout.due', rolloutId },
    { kind: 'rollout.changed', rolloutId },
  ])
}
