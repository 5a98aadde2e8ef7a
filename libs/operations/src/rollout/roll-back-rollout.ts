import type { Rollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { beginRollback } from './begin-rollback.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { refuseWhenNobodyGoesBack } from './refuse-nobody-back.ts'
import { refuseRollback } from './refuse-rollback.ts'
import { legalState, transition } from './transition.ts'

/** Takes every device that has the release, or was granted it, back to what it ran before, as a child rollout. */
export function rollBackRollout(ctx: Ctx, input: ControlInput): Promise<Rollout> {
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: (tx, rollout) => rollBackLocked(tx, ctx, rollout),
  })
}

/** Rolls back a rollout that this transaction has locked. Asking twice is no error. */
export async function rollBackLocked(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<void> {
  if (rollout.state === 'rolling_back' || rollout.state === 'rolled_back') return
  await refuseRollback(tx, rollout)
  legalState(rollout, 'roll_back')
  await refuseWhenNobodyGoesBack(tx, rollout)
  const because = { code: 'operator.roll_back', message: `Rolled back by ${ctx.actor.name}.` }
  const data = { endedAt: null }
  await transition(tx, ctx, { rollout, change: { verb: 'roll_back', because, data } })
  await beginRollback(tx, ctx, { rollout, because })
}
