import type { Event, Rollout } from '@bootfleet/contracts'
import { activeStates, instantText } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { notFound, OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { controlRollout } from './control-rollout.ts'
import { wakeRollout } from './wake-rollout.ts'

/**
 * Frees the budget slot of a device that will not come back by itself, so that others may go on: a slot of this rollout,
 * or one that it waits for, which an earlier one gave. Refused as `no_slot` where there is none, and as `grant_open` while
 * the device may be about to reboot, or in the middle of it: another one would be down beside it.
 */
export function releaseSlot(ctx: Ctx, input: { rollout: string; device: string }): Promise<Rollout> {
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      const { organizationId, channelId, id: rolloutId } = rollout
      const [freed] = await tx.$queryRaw<({ groupId: string } & Grant)[]>`
        DELETE FROM budget_slot b WHERE device_id::text = ${input.device} AND (rollout_id = ${rolloutId}::uuid
          OR group_id IN (SELECT g.id FROM device_group g WHERE g.channel_id = ${channelId}::uuid))
        RETURNING group_id::text AS "groupId", ${grantEndsSql} AS "grantEnds",
          coalesce((SELECT p.online FROM device_presence p WHERE p.device_id = b.device_id), false) AS connected`
      if (!freed) return refuseUnlessReleased(tx, { rolloutId, device: input.device })
      refuseOpenGrant(freed, ctx.services.now())
      const because = { code: 'operator.release_slot', message: `The slot was released by ${ctx.actor.name}.` }
      const common = { organizationId, rolloutId, deviceId: input.device, at: ctx.services.now() }
      await tx.rolloutEvent.create({ data: { ...common, kind: 'slot.released', because } })
      await sayReleased(tx, ctx, { rolloutId, device: input.device })
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

interface Grant {
  /** When the last moment is over in which the device may use it; null: it has come back, or has timed out. */
  readonly grantEnds: Date | null
  readonly connected: boolean
}

const grantEndsSql = Prisma.sql`(
  SELECT t.granted_at + (r.policy -> 'timeouts' ->> 'grantSec')::int * interval '1 second'
  FROM rollout_target t JOIN rollout r ON r.id = t.rollout_id
  WHERE t.rollout_id = b.rollout_id AND t.device_id = b.device_id AND t.state IN ('granted', 'rebooting'))`

// Thrown, it leaves the slot where it is.
function refuseOpenGrant({ grantEnds, connected }: Grant, now: Date): void {
  if (grantEnds === null || (!connected && grantEnds <= now)) return
  const message = connected
    ? 'The device is connected and was granted its reboot. Pause the rollout, which calls a grant back that is not used, or wait until the device has come back.'
    : `The device was granted its reboot and may be in the middle of it. If it stays away, its slot can be released from ${instantText(grantEnds)} on.`
  throw new OperationError('conflict', message, { reason: 'grant_open' })
}

// The target says of a device that does not come back that its slot stays taken. Another rollout's is not locked now.
async function sayReleased(tx: Tx, { actor }: Ctx, { rolloutId, device }: { rolloutId: string; device: string }) {
  await tx.$executeRaw`
    UPDATE rollout_target SET because = jsonb_set(because, '{message}', to_jsonb(
      replace(because ->> 'message', ${'stays taken until it reports healthy or is released.'}, ${`was released by ${actor.name}.`}::text)))
    WHERE rollout_id = ${rolloutId}::uuid AND device_id = ${device}::uuid AND because ->> 'code' = 'target.apply_timeout'`
}

// Asking twice is no error.
async function refuseUnlessReleased(tx: Tx, { rolloutId, device }: { rolloutId: string; device: string }) {
  const [released] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM rollout_event WHERE rollout_id = ${rolloutId}::uuid AND device_id::text = ${device} AND kind = 'slot.released'
    LIMIT 1`
  if (released) return
  if ((await tx.device.count({ where: { id: device } })) === 0) throw notFound('device', device)
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
