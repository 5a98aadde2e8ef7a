import type { Rollout } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { requireState } from './require-state.ts'
import { retryAllFailed } from './retry-failed.ts'

/** Opens the failed targets of a running or paused rollout again. Throws `conflict` where none has failed. */
export async function retryRollout(ctx: Ctx, input: ControlInput): Promise<Rollout> {
  authorize(ctx, 'rollout:control')
  const retried = await retryAllFailed(ctx, {
    rolloutId: input.rollout,
    mayRetry: (rollout) => {
      requireState(rollout, 'retry')
      return true
    },
  })
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      if (retried === 0) throw nothingToRetry()
      await audit(tx, ctx, {
        action: 'rollout.retry',
        subject: { kind: 'rollout', id: rollout.id },
        detail: { retried },
      })
    },
  })
}

function nothingToRetry(): OperationError {
  const message = 'There is nothing to try again: no device of this rollout has failed.'
  return new OperationError('conflict', message, { reason: 'nothing_to_retry' })
}
