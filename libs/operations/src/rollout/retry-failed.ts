import { failureStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'

const chunk = 1000

/**
 * Opens failed targets again, at most 1,000 a call, and lifts their quarantine for this digest: the operator says so.
 * Returns how many.
 */
export async function retryFailed(tx: Tx, ctx: Ctx, rolloutId: string): Promise<number> {
  const now = ctx.services.now()
  const because = { code: 'operator.retry', message: `Tried again by ${ctx.actor.name}.` }
  const rows = await tx.$queryRaw<{ deviceId: string; digest: string; wave: number | null }[]>`
    UPDATE rollout_target t
    SET state = 'pending', reason = NULL, because = ${JSON.stringify(because)}::jsonb, state_since = ${now}, due_at = ${now},
      grant_id = NULL, grant_conn = NULL, granted_at = NULL, recalled = false, soak_until = NULL, attempts = t.attempts + 1
    FROM (SELECT device_id FROM rollout_target WHERE rollout_id = ${rolloutId}::uuid AND state = ANY(${[...failureStates]})
          ORDER BY device_id LIMIT ${chunk} FOR UPDATE) AS failed
    WHERE t.rollout_id = ${rolloutId}::uuid AND t.device_id = failed.device_id
    RETURNING t.device_id::text AS "deviceId", t.digest, t.wave`
  if (rows.length === 0) return 0
  await liftQuarantine(tx, now, rows)
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
