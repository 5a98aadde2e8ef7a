import type { Event, Rollout } from '@bootfleet/contracts'
import { activeStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { controlRollout } from './control-rollout.ts'
import { wakeRollout } from './wake-rollout.ts'

/**
 * Frees the budget slot of a device that will not come back by itself, so that others may go on: a slot of this rollout,
 * or one that it waits for, which an earlier one gave. Refused as `no_slot` where there is none.
 */
export function releaseSlot(ctx: Ctx, input: { rollout: string; device: string }): Promise<Rollout> {
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      const { organizationId, channelId, id: rolloutId } = rollout
      const [freed] = await tx.$queryRaw<{ groupId: string }[]>`
        DELETE FROM budget_slot WHERE device_id::text = ${input.device} AND (rollout_id = ${rolloutId}::uuid
          OR group_id IN (SELECT g.id FROM device_group g WHERE g.channel_id = ${channelId}::uuid))
        RETURNING group_id::text AS "groupId"`
      if (!freed) return refuseUnlessReleased(tx, { rolloutId, device: input.device })
      const because = { code: 'operator.release_slot', message: `The slot was released by ${ctx.actor.name}.` }
      const common = { organizationId, rolloutId, deviceId: input.device, at: ctx.services.now() }
      await tx.rolloutEvent.create({ data: { ...common, kind: 'slot.released', because } })
      await audit(tx, ctx, {
        action: 'rollout.release_slot',
        subject: { kind: 'rollout', id: rolloutId },
        detail: { device: input.device },
      })
      await wakeRollout(tx, ctx, rolloutId)
      await emit(tx, organizationId, await othersDue(tx, { rolloutId, groupId: freed.groupId }))
    },
  })
}

// Asking twice is no error.
async function refuseUnlessReleased(tx: Tx, { rolloutId, device }: { rolloutId: string; device: string }) {
  const [released] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM rollout_event WHERE rollout_id = ${rolloutId}::uuid AND device_id::text = ${device} AND kind = 'slot.released'
    LIMIT 1`
  if (released) return
  const message =
    'The device holds no slot of this rollout, nor one that it waits for. `rollouts explain` names who does.'
  throw new OperationError('conflict', message, { reason: 'no_slot' })
}

// The slot may have been that of an earlier rollout, which the present one waits for.
async function othersDue(tx: Tx, { rolloutId, groupId }: { rolloutId: string; groupId: string }): Promise<Event[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT r.id::text FROM rollout r JOIN device_group g ON g.channel_id = r.channel_id
    WHERE g.id = ${groupId}::uuid AND r.id <> ${rolloutId}::uuid AND r.state = ANY(${[...activeStates]}::text[])`
  return rows.map(({ id }) => ({ kind: 'rollout.due', rolloutId: id }))
}
