import type { Rollout } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { controlRollout } from './control-rollout.ts'

/** Frees the budget slot of a device that will not come back by itself, so that others may go on. */
export function releaseSlot(ctx: Ctx, input: { rollout: string; device: string }): Promise<Rollout> {
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      const { count } = await tx.budgetSlot.deleteMany({ where: { deviceId: input.device, rolloutId: rollout.id } })
      if (count === 0)
        throw new OperationError('conflict', 'The device holds no slot of this rollout.', { reason: 'no_slot' })
      const because = { code: 'operator.release_slot', message: `The slot was released by ${ctx.actor.name}.` }
      const { organizationId, id: rolloutId } = rollout
      const event = {
        organizationId,
        rolloutId,
        deviceId: input.device,
        at: ctx.services.now(),
        kind: 'slot.released',
        because,
      }
      await tx.rolloutEvent.create({ data: event })
      await audit(tx, ctx, {
        action: 'rollout.release_slot',
        subject: { kind: 'rollout', id: rolloutId },
        detail: { device: input.device },
      })
      await emit(tx, organizationId, [{ kind: 'rollout.due', rolloutId }])
    },
  })
}
