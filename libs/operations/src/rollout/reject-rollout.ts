import type { z } from 'zod'
import type { RejectRollout, Rollout } from '@bootfleet/contracts'
import type { Ctx } from '../context.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { transition } from './transition.ts'

export type RejectRolloutInput = ControlInput & z.output<typeof RejectRollout>

/**
 * Says no where approvals are waited for: the rollout is aborted before any device has heard of it. For whoever may approve,
 * its creator and API tokens among them, since to stop something takes no second person. Twice is once.
 */
export function rejectRollout(ctx: Ctx, { rollout: id, reason }: RejectRolloutInput): Promise<Rollout> {
  const because = { code: 'operator.reject', message: `Rejected by ${ctx.actor.name}: ${reason}`, reason }
  return controlRollout(
    ctx,
    { rollout: id },
    {
      permission: 'rollout:approve',
      apply: async (tx, rollout) => {
        if (rollout.state === 'aborted' && rollout.because.code === because.code) return
        await transition(tx, ctx, {
          rollout,
          change: { verb: 'reject', because, data: { endedAt: ctx.services.now() } },
        })
      },
    },
  )
}
