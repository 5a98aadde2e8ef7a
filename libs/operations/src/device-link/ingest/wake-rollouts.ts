import { activeStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { freeSlots } from '../../rollout/free-slots.ts'
import { observedSql } from '../../rollout/observed.ts'

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

// By device alone: no index answers IS NOT DISTINCT FROM, and one by rollout would read all of its targets.
function makeDue(tx: Tx, deviceIds: readonly string[], now: Date): Promise<RolloutRef[]> {
  return tx.$queryRaw<RolloutRef[]>`
    WITH concerned AS (
      SELECT t.rollout_id, t.device_id FROM rollout_target t JOIN rollout r ON r.id IS NOT DISTINCT FROM t.rollout_id
      WHERE t.device_id = ANY(${[...deviceIds]}::uuid[]) AND ${observedSql(now)}
        AND NOT t.state = ANY(${settledStates}::text[]) AND NOT (t.state = 'pending' AND t.wave IS NULL)
      ORDER BY t.rollout_id, t.device_id FOR UPDATE OF t),
    due AS (
      UPDATE rollout_target t SET due_at = ${now} FROM concerned c
      WHERE t.device_id = c.device_id AND t.rollout_id IS NOT DISTINCT FROM c.rollout_id
      RETURNING t.rollout_id, t.organization_id)
    SELECT DISTINCT rollout_id::text AS "rolloutId", organization_id::text AS "organizationId" FROM due`
}

function findWaiting(tx: Tx, deviceIds: readonly string[]): Promise<RolloutRef[]> {
  return tx.$queryRaw<RolloutRef[]>`
    SELECT DISTINCT t.rollout_id::text AS "rolloutId", t.organization_id::text AS "organizationId"
    FROM rollout_target t JOIN rollout r ON r.id = t.rollout_id
    WHERE t.device_id = ANY(${[...deviceIds]}::uuid[]) AND t.state = 'pending' AND r.state = ANY(${[...activeStates]}::text[])`
}
