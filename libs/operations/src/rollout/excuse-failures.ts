import { failureStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'

/** Accepts the failures of all opened waves up to now: their gates no longer count these devices at all. */
export async function excuseFailures(tx: Tx, rolloutId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE rollout_wave w SET excused = (
      SELECT count(*) FROM rollout_target t
      WHERE t.rollout_id = w.rollout_id AND t.wave = w.index AND t.state = ANY(${[...failureStates]}))
    WHERE w.rollout_id = ${rolloutId}::uuid AND w.state <> 'pending'`
}
