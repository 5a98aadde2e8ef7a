import type { Rollout } from '@bootfleet/contracts'
import { activeStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { skipReason } from './eligibility.ts'
import { lockKnownRollout, type RolloutRow } from './lock-rollout.ts'
import { countEligible } from './plan-targets.ts'
import { presentRollout } from './present-rollout.ts'
import { legalState, transition } from './transition.ts'

/** Starts a draft or scheduled rollout now. Refused while another one runs on the channel, or when nobody is eligible. */
export function startRollout(ctx: Ctx, { rollout: id }: { rollout: string }): Promise<Rollout> {
  authorize(ctx, 'rollout:start')
  return inOrganization(ctx, async (tx) => {
    const rollout = await lockKnownRollout(tx, id)
    // Asking twice is no error.
    if (rollout.state !== 'running') await startLocked(tx, ctx, rollout)
    return presentRollout(tx, ctx, id)
  })
}

/** Starts a rollout that this transaction has locked. */
export async function startLocked(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<void> {
  legalState(rollout.state, 'start')
  await refuseWhenBusy(tx, rollout)
  await refuseWhenNobody(tx, rollout)
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

// One rollout at a time moves a channel. The channel row is the lock between two that start together.
async function refuseWhenBusy(tx: Tx, { id, channelId }: RolloutRow): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM channel WHERE id = ${channelId}::uuid FOR UPDATE`
  const other = await tx.rollout.findFirst({ where: { channelId, id: { not: id }, state: { in: [...activeStates] } } })
  if (!other) return
  const message = `Rollout ${other.id} is ${other.state} on this channel. Wait for its end, or abort it first.`
  throw new OperationError('conflict', message, { reason: 'channel_busy' })
}

async function refuseWhenNobody(tx: Tx, rollout: RolloutRow): Promise<void> {
  const counts = await countEligible(tx, { ...rollout, rolloutId: rollout.id })
  if ((counts.get(null) ?? 0) > 0) return
  const reasons = [...counts].map(([reason, count]) => `${count}: ${skipReason(reason ?? '').message}`)
  const detail = reasons.length > 0 ? reasons.join(' ') : 'No device follows the channel and matches the selector.'
  throw new OperationError('conflict', `No device can take part. ${detail}`, { reason: 'nobody_eligible' })
}
