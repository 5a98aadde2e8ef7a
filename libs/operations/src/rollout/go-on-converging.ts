import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { acceptSignals } from '../signal/accept-signals.ts'
import { excuseFailures } from './excuse-failures.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { wakeRollout } from './wake-rollout.ts'

/** Lets devices converge to a completed rollout that this transaction has locked, without those that failed so far, whatever signals say now. */
export async function goOnConverging(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<void> {
  const { id, organizationId } = rollout
  await excuseFailures(tx, ctx, id)
  await acceptSignals(tx, ctx, id)
  const message = `${ctx.actor.name} has devices converge again, without those that failed.`
  const because = { code: 'operator.promote', message }
  await tx.rollout.update({ where: { id }, data: { because } })
  const event = { organizationId, rolloutId: id, at: ctx.services.now(), kind: 'rollout.released', because }
  await tx.rolloutEvent.create({ data: event })
  await audit(tx, ctx, { action: 'rollout.promote', subject: { kind: 'rollout', id }, detail: { converging: true } })
  await wakeRollout(tx, ctx, id)
}
