import type { Rollout } from '@bootfleet/contracts'
import { selectorPools } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound, OperationError } from '../errors.ts'
import { skipReason } from './eligibility.ts'
import { excludesOf } from './exclude-sql.ts'
import { refuseEmptyFirstWave } from './first-wave.ts'
import { readInBetween } from './in-between.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { countEligible, isAnyoneEligible } from './plan-targets.ts'
import { presentRollout } from './present-rollout.ts'
import { submitForApproval } from './submit-for-approval.ts'
import { readRoutes } from './routes.ts'
import { lockToStart, supersedeRollouts } from './supersede-rollouts.ts'
import { legalState, transition } from './transition.ts'

/**
 * Starts a draft or scheduled rollout now, or has it wait for the approvals that its policy wants: then the answer is
 * `awaiting_approval`, and it starts when they are there. It takes the place of those under way on the channel. Refused when
 * nobody is eligible, or nobody of the first wave.
 */
export function startRollout(ctx: Ctx, { rollout: id }: { rollout: string }): Promise<Rollout> {
  authorize(ctx, 'rollout:start')
  return inOrganization(ctx, async (tx) => {
    const rollout = await lockToStart(tx, id)
    if (!rollout) throw notFound('rollout', id)
    // Asking twice is no error.
    if (rollout.state !== 'running') await startLocked(tx, ctx, rollout)
    return presentRollout(tx, ctx, id)
  })
}

/** Starts a rollout that this transaction has locked, or has it wait for its approvals. */
export async function startLocked(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<void> {
  if (await submitForApproval(tx, ctx, rollout)) return
  legalState(rollout, 'start')
  await refuseWhenNobody(tx, rollout)
  await supersedeRollouts(tx, ctx, rollout)
  const because = { code: 'rollout.started', message: 'Started: the list of targets is being frozen.' }
  await transition(tx, ctx, { rollout, change: { verb: 'start', because, data: { startedAt: ctx.services.now() } } })
}

/** Starts a scheduled rollout whose time has come; says why it could not, and tries again a minute later. */
export async function beginRunning(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<boolean> {
  try {
    await startLocked(tx, ctx, rollout)
    return true
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    const because = { code: `rollout.${error.reason}`, message: error.message }
    const wakeAt = new Date(ctx.services.now().getTime() + 60_000)
    await tx.rollout.update({ where: { id: rollout.id }, data: { because, wakeAt } })
    return false
  }
}

async function refuseWhenNobody(tx: Tx, rollout: RolloutRow): Promise<void> {
  const inBetween = await readInBetween(tx, { startingOn: rollout.channelId })
  const selection = {
    ...rollout,
    excludes: excludesOf(rollout),
    rolloutId: rollout.id,
    pools: selectorPools(rollout.policy.waves),
    inBetween,
    routes: await readRoutes(tx, rollout),
  }
  if (await isAnyoneEligible(tx, selection)) return refuseEmptyFirstWave(tx, selection, rollout.policy)
  const counts = await countEligible(tx, selection)
  const reasons = [...counts].map(([reason, count]) => `${count}: ${skipReason(reason ?? '').message}`)
  const detail = reasons.length > 0 ? reasons.join(' ') : 'No device follows the channel and matches the selector.'
  throw new OperationError('conflict', `No device can take part. ${detail}`, { reason: 'nobody_eligible' })
}
