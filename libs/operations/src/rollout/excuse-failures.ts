import { failureStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'

/** Accepts the failures of all opened waves up to now: their gates no longer count these devices at all. */
export async function excuseFailures(tx: Tx, rolloutId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE rollout_wave w SET excused = (
      SELECT coalesce(sum(c.count), 0) FROM rollout_count c
      WHERE c.rollout_id = w.rollout_id AND c.wave = w.index AND c.state = ANY(${[...failureStates]}))
    WHERE w.rollout_id = ${rolloutId}::uuid AND w.state <> 'pending'`
}
