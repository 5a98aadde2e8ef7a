import type { RolloutApprovals } from '@bootfleet/contracts'
import { instantText, type Because } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { loadApprovable } from './load-approvable.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { transition } from './transition.ts'

/**
 * Has a locked rollout that is told to start wait for the approvals that its policy wants. Returns whether it waits; asking
 * again while it does changes nothing. One that was approved as something else is refused.
 */
export async function submitForApproval(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<boolean> {
  if ((rollout.policy.approvals ?? 0) === 0) return false
  const { approvals, createdBy } = await loadApprovable(tx, rollout.id, ctx.actor)
  if (approvals.given >= approvals.required) return false
  if (rollout.state === 'scheduled') {
    const message =
      'The rollout is not what was approved any more. Schedule it anew, so that it is approved as it is now, or make it a draft again.'
    throw new OperationError('conflict', message, { reason: 'approval_void' })
  }
  if (rollout.state === 'draft') {
    const because = awaitingBecause(approvals, { createdBy, startAt: rollout.startAt })
    await transition(tx, ctx, { rollout, change: { verb: 'submit', because } })
  }
  return rollout.state === 'draft' || rollout.state === 'awaiting_approval'
}

/** What a rollout says that waits for approvals. */
export function awaitingBecause(
  { required, given }: RolloutApprovals,
  { createdBy, startAt }: { createdBy: string; startAt: Date | null },
): Because {
  const people = required === 1 ? 'a person' : `${required} people`
  const last = 'when the last one has'
  const when = startAt === null ? last : `at ${instantText(startAt)}, or ${last} if that is later`
  const message = `Waits for ${people} other than ${createdBy} to approve it: ${given} of ${required} so far. It starts ${when}.`
  return { code: 'rollout.awaiting_approval', message, required, given }
}
