import type { Rollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { controlRollout } from './control-rollout.ts'
import { excuseFailures } from './excuse-failures.ts'
import { retryFailed } from './retry-failed.ts'
import { transition } from './transition.ts'

export interface ResumeInput {
  readonly rollout: string
  /** Needed after a gate tripped. */
  readonly choice?: 'continue' | 'retry_failed' | undefined
}

/** Goes on with a paused rollout. After a trip the operator says what becomes of the failed ones. */
export function resumeRollout(ctx: Ctx, input: ResumeInput): Promise<Rollout> {
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      if (rollout.state === 'running') return
      const tripped = await tx.rolloutWave.count({ where: { rolloutId: rollout.id, state: 'tripped' } })
      if (tripped > 0) await choose(tx, ctx, { rolloutId: rollout.id, choice: input.choice })
      const because = {
        code: 'operator.resume',
        message: `Resumed by ${ctx.actor.name}.`,
        choice: input.choice ?? null,
      }
      await transition(tx, ctx, { rollout, change: { verb: 'resume', because } })
    },
  })
}

async function choose(
  tx: Tx,
  ctx: Ctx,
  { rolloutId, choice }: { rolloutId: string; choice: ResumeInput['choice'] },
): Promise<void> {
  if (choice === undefined) {
    const message =
      'A gate tripped. Say what becomes of the failed devices: "continue" without them, or "retry_failed".'
    throw new OperationError('invalid', message, { reason: 'choice_required', field: 'choice' })
  }
  if (choice === 'retry_failed') await retryFailed(tx, ctx, rolloutId)
  else await excuseFailures(tx, rolloutId)
  await tx.rolloutWave.updateMany({
    where: { rolloutId, state: 'tripped' },
    data: { state: 'open', concludedAt: null },
  })
}
