import type { Rollout } from '@bootfleet/contracts'
import type { Ctx } from '../context.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { legalState, transition } from './transition.ts'

/** Devices without a grant go back to what they had; granted ones are followed to their end. */
export function abortRollout(ctx: Ctx, input: ControlInput): Promise<Rollout> {
  const because = { code: 'operator.abort', message: `Aborted by ${ctx.actor.name}.` }
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      if (rollout.state === 'aborting' || rollout.state === 'aborted') return
      const data = legalState(rollout, 'abort') === 'aborted' ? { endedAt: ctx.services.now() } : {}
      await transition(tx, ctx, { rollout, change: { verb: 'abort', because, data } })
    },
  })
}
