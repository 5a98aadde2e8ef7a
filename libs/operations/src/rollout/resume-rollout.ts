import type { Rollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { acceptSignals } from '../signal/accept-signals.ts'
import { voidWaveApprovals } from './approve-wave.ts'
import { controlRollout } from './control-rollout.ts'
import { countPause } from './count-pause.ts'
import { excuseFailures, markFailures } from './excuse-failures.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { retryAllFailed } from './retry-failed.ts'
import { reopenTakenBack } from './reopen-taken-back.ts'
import { rollBackRollout } from './roll-back-rollout.ts'
import { legalState, transition } from './transition.ts'

export interface ResumeInput {
  readonly rollout: string
  /** Needed after a gate tripped. */
  readonly choice?: 'continue' | 'retry_failed' | 'roll_back' | undefined
}

/** Goes on with a paused rollout. After a trip the operator says what becomes of the failed ones. */
export async function resumeRollout(ctx: Ctx, input: ResumeInput): Promise<Rollout> {
  authorize(ctx, 'rollout:control')
  if (input.choice === 'roll_back') return rollBackRollout(ctx, { rollout: input.rollout })
  await reopenTakenBack(ctx, { rolloutId: input.rollout, mayReopen: isHalted })
  if (input.choice === 'retry_failed') await retryAllFailed(ctx, { rolloutId: input.rollout, mayRetry: isHalted })
  if (input.choice === 'continue')
    await markFailures(ctx, { rolloutId: input.rollout, mayExcuse: async (_tx, rollout) => isHalted(rollout) })
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      if (!isHalted(rollout)) return
      if (input.choice === undefined) await refuseWhenTripped(tx, rollout)
      if (input.choice === 'continue') await excuseFailures(tx, ctx, rollout.id)
      if (input.choice === 'continue') await acceptSignals(tx, ctx, rollout.id)
      await tx.rolloutWave.updateMany({
        where: { rolloutId: rollout.id, state: 'tripped' },
        data: { state: 'open', concludedAt: null },
      })
      await voidWaveApprovals(tx, rollout.id)
      await countPause(tx, rollout.id, ctx.services.now())
      const because = {
        code: 'operator.resume',
        message: `Resumed by ${ctx.actor.name}.`,
        choice: input.choice ?? null,
      }
      await transition(tx, ctx, { rollout, change: { verb: 'resume', because } })
    },
  })
}

/** Whether there is anything to resume; asking it of one that runs is no error. */
function isHalted(rollout: RolloutRow): boolean {
  if (rollout.state === 'running') return false
  legalState(rollout, 'resume')
  return true
}

// A wave that had passed stays so when a regression trips its gate; then only the rollout's reason tells.
async function refuseWhenTripped(tx: Tx, { id, because }: RolloutRow): Promise<void> {
  const tripped = await tx.rolloutWave.count({ where: { rolloutId: id, state: 'tripped' } })
  if (tripped === 0 && !because.code.startsWith('gate.')) return
  const message =
    'A gate tripped. Say what becomes of the failed devices: "continue" without them, "retry_failed", or "roll_back".'
  throw new OperationError('invalid', message, { reason: 'choice_required', field: 'choice' })
}
