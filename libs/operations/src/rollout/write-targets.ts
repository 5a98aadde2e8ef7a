import { Prisma, type Tx } from '@bootfleet/db'
import type { TargetRowChange } from './fold-changes.ts'
import { targetsById } from './targets-by-id.ts'

// A list of targets that was just written has no statistics yet, and a plan that joins it with the new values compares
// each of all targets with each of them: minutes. These rows are locked by this transaction, so their places hold still.
function placesOf(rolloutId: string, rows: readonly { deviceId: string }[]): Prisma.Sql {
  const ids = rows.map(({ deviceId }) => deviceId)
  const columns = Prisma.sql`ctid AS at, device_id`
  return Prisma.sql`place AS MATERIALIZED (SELECT t.at, t.device_id FROM ${targetsById(rolloutId, ids, { columns })})`
}

/** Writes what targets that this transaction has locked have become, in one statement. */
export async function writeTargets(tx: Tx, rolloutId: string, rows: readonly TargetRowChange[]): Promise<void> {
  if (rows.length === 0) return
  const column = <K extends keyof TargetRowChange>(key: K) => rows.map((row) => row[key])
  await tx.$executeRaw`
    WITH ${placesOf(rolloutId, rows)}
    UPDATE rollout_target t
    SET state = n.state, reason = n.reason, because = n.because::jsonb, wave = n.wave, state_since = n.state_since,
      due_at = n.due_at, grant_id = n.grant_id, grant_conn = n.grant_conn, granted_at = n.granted_at,
      grant_boot_key = n.grant_boot_key, recalled = n.recalled, soak_boot_key = n.soak_boot_key,
      soak_until = n.soak_until, attempts = n.attempts, grants_returned = n.grants_returned, grant_after = n.grant_after,
      first_granted_at = n.first_granted_at, pull_from = n.pull_from, from_digest = coalesce(n.from_digest, t.from_digest),
      from_boot_key = CASE WHEN n.from_digest IS NULL THEN t.from_boot_key ELSE n.from_boot_key END
    FROM UNNEST(${column('deviceId')}::uuid[], ${column('state')}::text[], ${column('reason')}::text[],
      ${rows.map(({ because }) => JSON.stringify(because))}::text[], ${column('wave')}::int[],
      ${column('stateSince')}::timestamptz[], ${column('dueAt')}::timestamptz[], ${column('grantId')}::uuid[],
      ${column('grantConn')}::uuid[], ${column('grantedAt')}::timestamptz[], ${column('grantBootKey')}::text[],
      ${column('recalled')}::bool[], ${column('soakBootKey')}::text[], ${column('soakUntil')}::timestamptz[],
      ${column('attempts')}::int[], ${column('grantsReturned')}::int[], ${column('grantAfter')}::timestamptz[],
      ${column('firstGrantedAt')}::timestamptz[], ${rows.map(({ origin }) => origin?.digest ?? null)}::text[],
      ${rows.map(({ origin }) => origin?.bootKey ?? null)}::text[], ${column('pullFrom')}::bigint[])
      AS n(device_id, state, reason, because, wave, state_since, due_at, grant_id, grant_conn, granted_at, grant_boot_key,
           recalled, soak_boot_key, soak_until, attempts, grants_returned, grant_after, first_granted_at, from_digest,
           from_boot_key, pull_from)
    WHERE t.ctid = ANY (ARRAY(SELECT at FROM place)) AND t.device_id = n.device_id`
}

/** Says when targets that did not change are to be looked at again. */
export async function postponeTargets(
  tx: Tx,
  rolloutId: string,
  rows: readonly { deviceId: string; dueAt: Date | null }[],
): Promise<void> {
  if (rows.length === 0) return
  await tx.$executeRaw`
    WITH ${placesOf(rolloutId, rows)}
    UPDATE rollout_target t SET due_at = n.due_at
    FROM UNNEST(${rows.map(({ deviceId }) => deviceId)}::uuid[], ${rows.map(({ dueAt }) => dueAt)}::timestamptz[]) AS n(device_id, due_at)
    WHERE t.ctid = ANY (ARRAY(SELECT at FROM place)) AND t.device_id = n.device_id`
}
