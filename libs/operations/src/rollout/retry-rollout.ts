import type { Rollout } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { emit } from '../outbox.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { requireState } from './require-state.ts'
import { retryFailed } from './retry-failed.ts'

/** Opens the failed targets of a running or paused rollout again. */
export function retryRollout(ctx: Ctx, input: ControlInput): Promise<Rollout> {
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      requireState(rollout, 'retry')
      const retried = await retryFailed(tx, ctx, rollout.id)
      await audit(tx, ctx, {
        action: 'rollout.retry',
        subject: { kind: 'rollout', id: rollout.id },
        detail: { retried },
      })
      await emit(tx, ctx.organizationId, [
        { kind: 'rollout.due', rolloutId: rollout.id },
        { kind: 'rollout.changed', rolloutId: rollout.id },
      ])
    },
  })
}
