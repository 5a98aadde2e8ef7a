import type { z } from 'zod'
import type { Rollout, ScheduleRollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { instantText } from '@bootfleet/domain'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { loadApprovable } from './load-approvable.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { awaitingBecause } from './submit-for-approval.ts'
import { legalState, transition } from './transition.ts'

export type ScheduleRolloutInput = ControlInput & z.output<typeof ScheduleRollout>

/**
 * Has a rollout that has not begun start at a time, or at another one; with `startAt: null` it is a draft again, and starts when
 * somebody starts it. An approval was of its time too: where the policy wants approvals, they are asked for anew. Twice is once.
 */
export function scheduleRollout(ctx: Ctx, { rollout: id, startAt }: ScheduleRolloutInput): Promise<Rollout> {
  return controlRollout(
    ctx,
    { rollout: id },
    {
      permission: 'rollout:start',
      apply: (tx, rollout) =>
        startAt === null ? unschedule(tx, ctx, rollout) : schedule(tx, ctx, { rollout, at: new Date(startAt) }),
    },
  )
}

async function unschedule(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<void> {
  if (rollout.state === 'draft') return
  const because = { code: 'rollout.draft', message: `Made a draft again by ${ctx.actor.name}. Waits to be started.` }
  await transition(tx, ctx, { rollout, change: { verb: 'unschedule', because, data: { startAt: null } } })
}

async function schedule(tx: Tx, ctx: Ctx, { rollout, at }: { rollout: RolloutRow; at: Date }): Promise<void> {
  legalState(rollout, 'schedule')
  if (at <= ctx.services.now())
    throw new OperationError('invalid', 'The start time is past: give a later one, or start the rollout now.', {
      field: 'startAt',
    })
  await tx.rollout.update({ where: { id: rollout.id }, data: { startAt: at } })
  const { approvals, createdBy } = await loadApprovable(tx, rollout.id, ctx.actor)
  const waits = approvals.given < approvals.required
  const is = waits ? 'awaiting_approval' : 'scheduled'
  if (rollout.state === is && rollout.startAt?.getTime() === at.getTime()) return
  const startAt = at.toISOString()
  const because = waits
    ? { ...awaitingBecause(approvals, { createdBy, startAt: at }), startAt }
    : { code: 'rollout.scheduled', message: `Starts at ${instantText(at)}.`, startAt }
  const detail = { startAt, ...(rollout.startAt && { insteadOf: rollout.startAt.toISOString() }) }
  await transition(tx, ctx, { rollout, change: { verb: waits ? 'submit' : 'schedule', because, detail } })
}
