import { busyStates } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

/**
 * The other rollout that granted the device of a target, which the query must call `t`, its reboot and has not seen the end
 * of it; null when there is none. A roll-back takes over from its parent as soon as the reboot is over.
 */
export function busyElsewhereSql({ parentId }: Pick<RolloutRow, 'parentId'>): Prisma.Sql {
  return Prisma.sql`(
    SELECT o.rollout_id::text FROM rollout_target o WHERE o.device_id = t.device_id AND o.rollout_id <> t.rollout_id
      AND o.state = ANY(${[...busyStates]}::text[])
      AND NOT (o.rollout_id IS NOT DISTINCT FROM ${parentId}::uuid AND o.state IN ('verifying', 'soaking')) LIMIT 1)`
}
