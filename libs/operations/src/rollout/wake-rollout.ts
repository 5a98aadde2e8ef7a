import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { emit } from '../outbox.ts'

/** Makes a locked rollout due now, whether or not the hint arrives, and tells that it changed. */
export async function wakeRollout(tx: Tx, ctx: Ctx, rolloutId: string): Promise<void> {
  await tx.rollout.update({
    where: { id: rolloutId },
    data: { wakeAt: ctx.services.now(), version: { increment: 1 } },
  })
  await emit(tx, ctx.organizationId, [
    { kind: 'rollout.due', rolloutId },
    { kind: 'rollout.changed', rolloutId },
  ])
}
