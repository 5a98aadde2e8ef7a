import { earlyStates } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { decidesSql } from './convergence.ts'

// The grant was withdrawn with the timeout, and the device has read that: whatever becomes of its rollout, it reboots by it
// no more. So it is when it was told to try again before it was back.
const neverUsedSql = Prisma.sql`(s.phase <> 'rebooting' AND s.report ->> 'grant' IS NULL
  AND s.observed_gen >= (SELECT x.gen FROM device_desired x WHERE x.device_id = b.device_id)
  AND EXISTS (SELECT 1 FROM rollout_target t
    WHERE t.rollout_id = b.rollout_id AND t.device_id = b.device_id
      AND (t.state = 'timed_out' AND t.reason = 'apply' OR t.state = ANY(${[...earlyStates]}::text[]))))`

/**
 * Frees the slots of devices that report healthy after their attempt, on whichever image: another boot than the one they
 * were granted in; or on that one, when they show that they never used a grant that has timed out. Nothing else frees a
 * slot by itself, no timeout above all. Returns the rollouts of those groups that may go on.
 */
export function freeSlots(
  tx: Tx,
  deviceIds: readonly string[],
): Promise<{ rolloutId: string; organizationId: string }[]> {
  return tx.$queryRaw`
    WITH freed AS (
      DELETE FROM budget_slot b USING device_state s
      WHERE b.device_id = ANY(${[...deviceIds]}::uuid[]) AND s.device_id = b.device_id
        AND s.health = 'healthy' AND (s.boot_key <> b.boot_key OR ${neverUsedSql})
      RETURNING b.group_id)
    SELECT DISTINCT r.id::text AS "rolloutId", r.organization_id::text AS "organizationId"
    FROM freed JOIN device_group g ON g.id = freed.group_id JOIN rollout r ON r.channel_id = g.channel_id
    WHERE ${decidesSql}`
}
