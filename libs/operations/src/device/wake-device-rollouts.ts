import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { wakeRollouts } from '../freeze/wake-rollouts.ts'

/** Has the rollouts that have a target for the device looked at again, that target first. Rollouts are locked before it. */
export async function wakeDeviceRollouts(tx: Tx, ctx: Ctx, deviceId: string): Promise<void> {
  await wakeRollouts(tx, ctx, { targets: { some: { deviceId } } })
  await tx.$executeRaw`
    UPDATE rollout_target t SET due_at = ${ctx.services.now()} FROM rollout r
    WHERE t.device_id = ${deviceId}::uuid AND r.id = t.rollout_id
      AND r.state IN ('running', 'pausing', 'paused', 'aborting', 'rolling_back', 'completed', 'superseded')`
}
