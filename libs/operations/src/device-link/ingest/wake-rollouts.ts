import { activeStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { waitsForDeviceSql } from '../../rollout/convergence.ts'
import { freeSlots } from '../../rollout/free-slots.ts'
import { observedTargetSql } from '../../rollout/observed.ts'

/** Targets of which no report can change anything. One in no wave yet is only waited for. */
const settledStates = ['failed', 'reverted', 'skipped', 'rolled_back']

export interface RolloutRef {
  readonly rolloutId: string
  readonly organizationId: string
}

/**
 * Makes the targets of devices that reported something new due, and finds the rollouts that have something to decide:
 * theirs, and those that wait for a device which has just come online.
 */
export async function wakeRollouts(
  tx: Tx,
  { changed, online }: { changed: readonly string[]; online: readonly string[] },
  now: Date,
): Promise<RolloutRef[]> {
  const due = changed.length === 0 ? [] : await makeDue(tx, changed, now)
  const freed = changed.length === 0 ? [] : await freeSlots(tx, changed)
  const waiting = online.length === 0 ? [] : await findWaiting(tx, online)
  const byId = new Map([...due, ...freed, ...waiting].map((ref) => [ref.rolloutId, ref]))
  return [...byId.values()]
}

// Locked by device alone: no index answers IS NOT DISTINCT FROM, and one by rollout would read all of its targets. Then
// written by their places, which the locks keep: no plan, however badly it guesses, reads the other targets.
async function makeDue(tx: Tx, deviceIds: readonly string[], now: Date): Promise<RolloutRef[]> {
  const found = await tx.$queryRaw<(RolloutRef & { deviceId: string })[]>`
    SELECT t.rollout_id::text AS "rolloutId", t.organization_id::text AS "organizationId", t.device_id::text AS "deviceId"
    FROM rollout_target t JOIN rollout r ON r.id IS NOT DISTINCT FROM t.rollout_id
    WHERE t.device_id = ANY(${[...deviceIds]}::uuid[]) AND (${waitsForDeviceSql} OR ${observedTargetSql(now)}
      AND NOT t.state = ANY(${settledStates}::text[]) AND NOT (t.state = 'pending' AND t.wave IS NULL))
    ORDER BY t.rollout_id, t.device_id FOR UPDATE OF t`
  if (found.length === 0) return []
  const key = <K extends keyof (typeof found)[number]>(name: K) => found.map((one) => one[name])
  await tx.$executeRaw`
    UPDATE rollout_target t SET due_at = ${now} WHERE t.ctid = ANY (ARRAY(
      SELECT place.at FROM UNNEST(${key('rolloutId')}::uuid[], ${key('deviceId')}::uuid[]) AS n(rollout_id, device_id)
      CROSS JOIN LATERAL (SELECT ctid AS at FROM rollout_target
        WHERE rollout_id = n.rollout_id AND device_id = n.device_id OFFSET 0) AS place))`
  return found.map(({ rolloutId, organizationId }) => ({ rolloutId, organizationId }))
}

function findWaiting(tx: Tx, deviceIds: readonly string[]): Promise<RolloutRef[]> {
  return tx.$queryRaw<RolloutRef[]>`
    SELECT DISTINCT t.rollout_id::text AS "rolloutId", t.organization_id::text AS "organizationId"
    FROM rollout_target t JOIN rollout r ON r.id = t.rollout_id
    WHERE t.device_id = ANY(${[...deviceIds]}::uuid[]) AND t.state = 'pending'
      AND r.state = ANY(${[...activeStates, 'completed']}::text[])`
}
