import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { eligibleSql } from './eligible-now.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { unplacedSql } from './planned-order.ts'
import { wakeRollout } from './wake-rollout.ts'

const joined = {
  code: 'target.joined_late',
  message:
    'The device joined after the list of targets was made. It is taken into the last wave when it is connected, once the rollout is completed.',
}

export interface Joining {
  readonly rollout: RolloutRow
  readonly deviceIds: readonly string[]
  readonly again: boolean
}

/**
 * Notes devices that joined in a locked rollout: targets that are skipped until the device is connected and the rollout is
 * what devices of the channel converge to. So nothing waits for a machine that never comes. One that the rollout had
 * before counts anew if it was left out, came back from another group, or is enrolled again after its end was final.
 */
export async function joinCurrent(tx: Tx, ctx: Ctx, { rollout, deviceIds, again }: Joining): Promise<void> {
  const { id, organizationId, policy } = rollout
  const now = ctx.services.now()
  const because = JSON.stringify(joined)
  const final = new Date(now.getTime() - policy.observeForSec * 1000)
  const noted = await tx.$queryRaw<{ deviceId: string; online: boolean }[]>`
    INSERT INTO rollout_target AS t (rollout_id, device_id, organization_id, group_id, position, state, reason, because, digest,
                                from_digest, from_boot_key, hops, state_since)
    SELECT ${id}::uuid, device_id, ${organizationId}::uuid, group_id, ${unplacedSql}, 'skipped', 'joined_late', ${because}::jsonb,
           digest, from_digest, from_boot_key, hops, ${now}
    FROM (${await eligibleSql(tx, rollout, deviceIds)}) AS e WHERE skip IS NULL OR ${again} AND skip = 'already_on_digest'
    ORDER BY device_id
    ON CONFLICT (rollout_id, device_id) DO UPDATE
    SET state = 'skipped', reason = 'joined_late', because = excluded.because, state_since = excluded.state_since,
      due_at = ${now}, first_granted_at = NULL
    WHERE t.state = 'skipped' OR t.state IN ('succeeded', 'reverted')
      AND (t.group_id <> excluded.group_id OR ${again} AND t.state_since < ${final})
    RETURNING t.device_id::text AS "deviceId",
      EXISTS (SELECT 1 FROM device_presence p WHERE p.device_id = t.device_id AND p.online) AS online`
  if (noted.length === 0) return
  const event = { organizationId, rolloutId: id, at: now, kind: 'target.joined_late', because: joined }
  await tx.rolloutEvent.createMany({ data: noted.map(({ deviceId }) => ({ ...event, deviceId })) })
  // The hello of one that is not connected makes it due.
  if (noted.some(({ online }) => online)) await wakeRollout(tx, ctx, id)
}
