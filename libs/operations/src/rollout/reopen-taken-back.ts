import type { Tx } from '@bootfleet/db'
import { inOrganization, type Ctx } from '../context.ts'
import { lockKnownRollout, type RolloutRow } from './lock-rollout.ts'

const chunk = 1000

/**
 * Opens the targets again that a roll-back, which was aborted since, took back or kept from their grant, and has those
 * looked at that came back while it was under way. 1,000 in each
 * transaction; stopped in between, it goes on where it was when it is asked again. `mayReopen` sees the locked rollout
 * before each of them, and refuses by throwing.
 */
export async function reopenTakenBack(
  ctx: Ctx,
  { rolloutId, mayReopen }: { rolloutId: string; mayReopen: (rollout: RolloutRow) => boolean },
): Promise<void> {
  for (const open of [reopen, awaitAgain, lookAgain])
    for (let opened = chunk; opened === chunk;)
      opened = await inOrganization(ctx, async (tx) => {
        const rollout = await lockKnownRollout(tx, rolloutId)
        return mayReopen(rollout) && rollout.haltedAt !== null ? open(tx, ctx, rollout) : 0
      })
}

// Who had the release already, and was taken back from it, is judged by what it runs now.
function awaitAgain(tx: Tx, ctx: Ctx, { id }: RolloutRow): Promise<number> {
  return tx.$executeRaw`
    UPDATE rollout_target t
    SET reason = 'unreachable', because = ${JSON.stringify(openedBy(ctx))}::jsonb, state_since = ${ctx.services.now()}
    FROM (SELECT own.device_id
          FROM rollout c JOIN rollout_target b ON b.rollout_id = c.id AND b.first_granted_at IS NOT NULL
          JOIN rollout_target own ON own.rollout_id = c.parent_id AND own.device_id = b.device_id
          WHERE c.parent_id = ${id}::uuid AND own.state = 'skipped' AND own.reason = 'already_on_digest'
          LIMIT ${chunk} FOR UPDATE OF own) AS taken
    WHERE t.device_id = taken.device_id AND t.rollout_id IS NOT DISTINCT FROM ${id}::uuid`
}

// Who came back meanwhile has said so, and says it no second time.
function lookAgain(tx: Tx, ctx: Ctx, { id }: RolloutRow): Promise<number> {
  return tx.$executeRaw`
    UPDATE rollout_target t SET due_at = ${ctx.services.now()}
    FROM (SELECT device_id FROM rollout_target s
          WHERE rollout_id = ${id}::uuid AND state = 'skipped' AND reason = 'unreachable' AND due_at IS NULL
            AND EXISTS (SELECT 1 FROM device_presence p WHERE p.device_id = s.device_id AND p.online)
          ORDER BY device_id LIMIT ${chunk} FOR UPDATE) AS back
    WHERE t.device_id = back.device_id AND t.rollout_id IS NOT DISTINCT FROM ${id}::uuid`
}

function openedBy({ actor }: Ctx) {
  return { code: 'operator.resume', message: `Opened again by ${actor.name}: the roll-back was aborted.` }
}

async function reopen(tx: Tx, ctx: Ctx, { id: rolloutId, organizationId }: RolloutRow): Promise<number> {
  const now = ctx.services.now()
  const because = openedBy(ctx)
  const rows = await tx.$queryRaw<{ deviceId: string; wave: number | null }[]>`
    UPDATE rollout_target t
    SET state = 'pending', reason = NULL, because = ${JSON.stringify(because)}::jsonb, state_since = ${now}, due_at = ${now},
      grant_id = NULL, grant_conn = NULL, granted_at = NULL, grant_boot_key = NULL, recalled = false, soak_boot_key = NULL,
      soak_until = NULL, attempts = 0, grants_returned = 0, grant_after = NULL,
      hop = CASE WHEN t.state = 'reverted' THEN 0 ELSE t.hop END
    FROM (SELECT device_id FROM rollout_target
          WHERE rollout_id = ${rolloutId}::uuid AND (state = 'reverted' AND reason = 'rolled_back'
            OR state = 'skipped' AND reason = 'rolling_back')
          ORDER BY device_id LIMIT ${chunk} FOR UPDATE) AS taken
    WHERE t.device_id = taken.device_id AND t.rollout_id IS NOT DISTINCT FROM ${rolloutId}::uuid
    RETURNING t.device_id::text AS "deviceId", t.wave`
  const common = { organizationId, rolloutId, at: now, kind: 'target.reopened', because }
  if (rows.length > 0) await tx.rolloutEvent.createMany({ data: rows.map((row) => ({ ...common, ...row })) })
  return rows.length
}
