import { activeStates, earlyStates } from '@bootfleet/domain'
import type { Prisma, Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { emit } from '../outbox.ts'

/** Has the rollouts that are under way, or that devices converge to, decided again, now: what they may do has changed. */
export async function wakeRollouts(tx: Tx, ctx: Ctx, where: Prisma.RolloutWhereInput = {}): Promise<void> {
  const { organizationId } = ctx
  const converging = { counts: { some: { state: { in: [...earlyStates, 'granted'] }, count: { gt: 0 } } } }
  const deciding = [{ state: { in: [...activeStates] } }, { state: 'completed', ...converging }]
  const active = { ...where, organizationId, OR: deciding }
  const rollouts = await tx.rollout.findMany({ where: active, select: { id: true }, take: 1000 })
  if (rollouts.length === 0) return
  const ids = rollouts.map(({ id }) => id)
  await tx.rollout.updateMany({ where: { id: { in: ids } }, data: { wakeAt: ctx.services.now() } })
  await emit(
    tx,
    organizationId,
    ids.map((rolloutId) => ({ kind: 'rollout.due', rolloutId })),
  )
}
