import { failureStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { inOrganization, type Ctx } from '../context.ts'
import { lockKnownRollout, type RolloutRow } from './lock-rollout.ts'

const chunk = 1000

/**
 * Marks the failures of all opened waves as excused, 1,000 in each transaction: most of the work of `excuseFailures`, which
 * makes it count. `mayExcuse` sees the locked rollout before each of them, and refuses by throwing.
 */
export async function markFailures(
  ctx: Ctx,
  { rolloutId, mayExcuse }: { rolloutId: string; mayExcuse: (tx: Tx, rollout: RolloutRow) => Promise<boolean> },
): Promise<void> {
  for (let marked = chunk; marked === chunk;)
    marked = await inOrganization(ctx, async (tx) =>
      (await mayExcuse(tx, await lockKnownRollout(tx, rolloutId))) ? mark(tx, ctx, rolloutId) : 0,
    )
}

/** Accepts the failures of all opened waves of a locked rollout up to now: their gates no longer count these devices at all. */
export async function excuseFailures(tx: Tx, ctx: Ctx, rolloutId: string): Promise<void> {
  while ((await mark(tx, ctx, rolloutId)) === chunk);
  await tx.$executeRaw`
    UPDATE rollout_wave w SET excused = (
      SELECT coalesce(sum(c.count), 0) FROM rollout_count c
      WHERE c.rollout_id = w.rollout_id AND c.wave = w.index AND c.state = ANY(${[...failureStates]}))
    WHERE w.rollout_id = ${rolloutId}::uuid AND w.state <> 'pending'`
}

function mark(tx: Tx, ctx: Ctx, rolloutId: string): Promise<number> {
  return tx.$executeRaw`
    UPDATE rollout_target t SET excused_at = ${ctx.services.now()}, excused_by = ${ctx.actor.name}
    FROM (
      SELECT device_id FROM rollout_target
      WHERE rollout_id = ${rolloutId}::uuid AND state = ANY(${[...failureStates]}) AND excused_at IS NULL
        AND wave IN (SELECT w.index FROM rollout_wave w WHERE w.rollout_id = ${rolloutId}::uuid AND w.state <> 'pending')
      ORDER BY device_id LIMIT ${chunk} FOR UPDATE) AS failed
    WHERE t.device_id = failed.device_id AND t.rollout_id IS NOT DISTINCT FROM ${rolloutId}::uuid`
}
