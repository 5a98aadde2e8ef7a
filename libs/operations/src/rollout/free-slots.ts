import type { Tx } from '@bootfleet/db'
import { decidesSql } from './convergence.ts'

/**
 * Frees the slots of devices that report healthy after their attempt, on whichever image: another boot than the one they
 * were granted in. Nothing else frees a slot by itself, no timeout above all. Returns the rollouts of those groups that
 * may go on.
 */
export function freeSlots(
  tx: Tx,
  deviceIds: readonly string[],
): Promise<{ rolloutId: string; organizationId: string }[]> {
  return tx.$queryRaw`
    WITH freed AS (
      DELETE FROM budget_slot b USING device_state s
      WHERE b.device_id = ANY(${[...deviceIds]}::uuid[]) AND s.device_id = b.device_id
        AND s.health = 'healthy' AND s.boot_key <> b.boot_key
      RETURNING b.group_id)
    SELECT DISTINCT r.id::text AS "rolloutId", r.organization_id::text AS "organizationId"
    FROM freed JOIN device_group g ON g.id = freed.group_id JOIN rollout r ON r.channel_id = g.channel_id
    WHERE ${decidesSql}`
}
