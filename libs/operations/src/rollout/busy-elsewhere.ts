import { busyStates } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

/**
 * The other rollout that granted the device of a target, which the query must call `t`, its reboot and has not seen the end
 * of it; null when there is none. A roll-back takes over from its parent as soon as the reboot is over, and from rollouts of
 * the same release that this took the place of.
 */
export function busyElsewhereSql({ parentId }: Pick<RolloutRow, 'parentId'>): Prisma.Sql {
  const takesOver =
    parentId === null
      ? Prisma.empty
      : Prisma.sql`AND NOT (o.state IN ('verifying', 'soaking') AND o.rollout_id = ANY(ARRAY(${takenOverSql(parentId)})))`
  return Prisma.sql`(
    SELECT o.rollout_id::text FROM rollout_target o WHERE o.device_id = t.device_id AND o.rollout_id <> t.rollout_id
      AND o.state = ANY(${[...busyStates]}::text[]) ${takesOver} LIMIT 1)`
}

function takenOverSql(parentId: string): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE same AS (
      SELECT id, release_id FROM rollout WHERE id = ${parentId}::uuid
      UNION SELECT r.id, r.release_id FROM rollout r JOIN same ON r.superseded_by = same.id
      WHERE r.release_id = same.release_id AND r.kind <> 'rollback')
    SELECT id FROM same`
}
