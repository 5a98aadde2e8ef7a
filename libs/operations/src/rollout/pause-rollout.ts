import type { Rollout } from '@bootfleet/contracts'
import type { Ctx } from '../context.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { transition } from './transition.ts'

/** Nothing new is offered or granted from now on; what already reboots is followed to its end, then the rollout is paused. */
export function pauseRollout(ctx: Ctx, input: ControlInput): Promise<Rollout> {
  const because = { code: 'operator.pause', message: `Paused by ${ctx.actor.name}.` }
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    // Asking twice is no error: it is pausing already.
    apply: async (tx, rollout) => {
      if (rollout.state === 'pausing' || rollout.state === 'paused') return
      await transition(tx, ctx, { rollout, change: { verb: 'pause', because } })
    },
  })
}
