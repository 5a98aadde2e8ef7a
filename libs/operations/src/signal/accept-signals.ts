import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'

/** An operator goes on: the signals that are unhealthy now hold and trip this rollout no more. Later ones do. */
export async function acceptSignals(tx: Tx, ctx: Ctx, rolloutId: string): Promise<void> {
  await tx.rollout.update({ where: { id: rolloutId }, data: { signalsAcceptedAt: ctx.services.now() } })
}
