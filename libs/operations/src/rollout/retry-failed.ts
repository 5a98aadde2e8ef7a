import { failureStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { inOrganization, type Ctx } from '../context.ts'
import { wakeRollout } from './wake-rollout.ts'
import { goalDigestSql } from './target-place.ts'
import { lockKnownRollout, type RolloutRow } from './lock-rollout.ts'

const chunk = 1000

/** Reasons of the update graph for which targets are taken out while the rollout runs. People lift them, and ask again. */
const graphReasons = ['dead_end', 'barrier_unavailable', 'below_minimum', 'release_dead_end']

/**
 * Opens all failed targets again and lifts their quarantine for this digest: the operator says so. With them those that
 * the update graph took out: the next turn judges them by what it says now. 1,000 in each transaction; stopped in
 * between, it goes on where it was when it is asked again. Returns how many. `mayRetry` sees the locked rollout before
 * each of them, and refuses by throwing.
 */
export async function retryAllFailed(
  ctx: Ctx,
  { rolloutId, mayRetry }: { rolloutId: string; mayRetry: (rollout: RolloutRow) => boolean },
): Promise<number> {
  let total = 0
  const asked = ctx.services.now()
  for (let retried = chunk; retried === chunk; total += retried) {
    retried = await inOrganization(ctx, async (tx) => {
      if (!mayRetry(await lockKnownRollout(tx, rolloutId))) return 0
      const count = await retryFailed(tx, ctx, { rolloutId, asked })
      if (count > 0) await wakeRollout(tx, ctx, rolloutId)
      return count
    })
  }
  return total
}

/**
 * Opens failed targets of a locked rollout again: all up to a bound, or that of one device. Who was taken out after it was
 * `asked` is not, as that was judged since. Returns how many.
 */
export async function retryFailed(
  tx: Tx,
  ctx: Ctx,
  { rolloutId, deviceId = null, asked }: { rolloutId: string; deviceId?: string | null; asked?: Date },
): Promise<number> {
  const now = ctx.services.now()
  const because = { code: 'operator.retry', message: `Tried again by ${ctx.actor.name}.` }
  const rows = await tx.$queryRaw<{ deviceId: string; digest: string; wave: number | null; failed: boolean }[]>`
    UPDATE rollout_target t
    SET state = 'pending', reason = NULL, because = ${JSON.stringify(because)}::jsonb, state_since = ${now}, due_at = ${now},
      grant_id = NULL, grant_conn = NULL, granted_at = NULL, grant_boot_key = NULL, recalled = false, soak_boot_key = NULL,
      soak_until = NULL, attempts = 0, hop = CASE WHEN failed.failed THEN 0 ELSE t.hop END,
      hop_boot_key = CASE WHEN failed.failed THEN NULL ELSE t.hop_boot_key END, grants_returned = 0, grant_after = NULL,
      excused_at = NULL, excused_by = NULL
    FROM (SELECT device_id, ${goalDigestSql} AS goal, state <> 'skipped' AS failed FROM rollout_target t
          WHERE rollout_id = ${rolloutId}::uuid AND (state = ANY(${[...failureStates]})
              OR state = 'skipped' AND reason = ANY(${graphReasons}) AND wave IS NOT NULL AND state_since <= ${asked ?? now})
            AND (${deviceId}::uuid IS NULL OR device_id = ${deviceId}::uuid)
          ORDER BY device_id LIMIT ${chunk} FOR UPDATE) AS failed
    WHERE t.device_id = failed.device_id AND t.rollout_id IS NOT DISTINCT FROM ${rolloutId}::uuid
    RETURNING t.device_id::text AS "deviceId", failed.goal AS digest, t.wave, failed.failed`
  if (rows.length === 0) return 0
  await liftQuarantine(
    tx,
    now,
    rows.filter(({ failed }) => failed),
  )
  await limitExcused(tx, rolloutId)
  await tx.rolloutEvent.createMany({
    data: rows.map(({ deviceId, wave }) => ({
      organizationId: ctx.organizationId,
      rolloutId,
      deviceId,
      wave,
      at: now,
      kind: 'target.retried',
      because,
    })),
  })
  return rows.length
}

// Who is tried again is excused no longer: its next failure counts. The others that are stay so, and no more than they.
async function limitExcused(tx: Tx, rolloutId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE rollout_wave w SET excused = LEAST(w.excused, (
      SELECT count(*) FROM rollout_target t
      WHERE t.rollout_id = w.rollout_id AND t.excused_at IS NOT NULL AND t.wave = w.index AND t.state = ANY(${[...failureStates]})))
    WHERE w.rollout_id = ${rolloutId}::uuid AND w.excused > 0`
}

// The device keeps a quarantine of its own; the counter tells it to lift that too.
async function liftQuarantine(tx: Tx, now: Date, rows: readonly { deviceId: string; digest: string }[]): Promise<void> {
  const deviceIds = rows.map(({ deviceId }) => deviceId)
  await tx.$executeRaw`
    WITH lifted AS (
      UPDATE device_quarantine q SET lifted_at = ${now}
      FROM UNNEST(${deviceIds}::uuid[], ${rows.map(({ digest }) => digest)}::text[]) AS n(device_id, digest)
      WHERE q.device_id = n.device_id AND q.digest = n.digest AND q.lifted_at IS NULL
      RETURNING q.device_id)
    UPDATE device d
    SET ops = jsonb_set(d.ops, '{unquarantine}', to_jsonb(coalesce((d.ops ->> 'unquarantine')::int, 0) + 1))
    FROM lifted WHERE d.id = lifted.device_id`
}
