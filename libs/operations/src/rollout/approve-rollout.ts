import type { z } from 'zod'
import type { ApproveRollout, Rollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { instantText } from '@bootfleet/domain'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { theStart } from './approvals-of.ts'
import { approveWave } from './approve-wave.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { loadApprovable } from './load-approvable.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { awaitingBecause } from './submit-for-approval.ts'
import { legalState, transition } from './transition.ts'
import { whyNotThisOne } from './why-not-approve.ts'

export type ApproveRolloutInput = ControlInput & z.output<typeof ApproveRollout>

/**
 * Approves that a rollout starts or, with `wave`, that its manual wave opens. Only people approve, never who created what
 * others must approve, and nobody counts twice: asking again is no error. The last approval schedules the rollout.
 */
export function approveRollout(ctx: Ctx, { rollout: id, wave, seen }: ApproveRolloutInput): Promise<Rollout> {
  return controlRollout(
    ctx,
    { rollout: id },
    {
      permission: 'rollout:approve',
      apply: async (tx, rollout) => {
        const found = await loadApprovable(tx, id, ctx.actor)
        const refusal = whyNotThisOne(ctx.actor, found)
        if (refusal !== undefined) throw new OperationError('forbidden', refusal, { reason: 'not_an_approver' })
        if (seen !== undefined && seen !== found.approvals.seen) throw changed()
        if (wave !== undefined) return approveWave(tx, ctx, { rollout, wave, required: found.required })
        if (rollout.state === 'running' && found.waitingWave !== undefined) throw nameTheWave(found.waitingWave)
        if (found.hasApproved) return
        legalState(rollout, 'approve')
        await writeApproval(tx, ctx, { rollout, seen: found.approvals.seen ?? '' })
        await proceed(tx, ctx, rollout)
      },
    },
  )
}

function changed(): OperationError {
  const message = 'The rollout is not what you looked at any more. Read it again, and approve what it is now.'
  return new OperationError('conflict', message, { reason: 'changed_since_seen', field: 'seen' })
}

// Never meant by itself: the request may be that which approved the start, sent once more.
function nameTheWave(wave: number): OperationError {
  const message = `Wave ${wave + 1} waits for an approval. Say that it is that what you approve: {"wave": ${wave}}.`
  return new OperationError('conflict', message, { reason: 'wave_required', field: 'wave' })
}

async function writeApproval(tx: Tx, ctx: Ctx, of: { rollout: RolloutRow; seen: string }): Promise<void> {
  const { id: rolloutId, organizationId } = of.rollout
  const { id: personId, name: personName } = ctx.actor
  const row = { wave: theStart, personId, organizationId, personName, seen: of.seen, at: ctx.services.now() }
  // An approval of what it was before is void; this one takes its place.
  await tx.rolloutApproval.upsert({
    where: { rolloutId_wave_personId: { rolloutId, wave: theStart, personId } },
    create: { rolloutId, ...row },
    update: row,
  })
}

async function proceed(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<void> {
  const { approvals, createdBy } = await loadApprovable(tx, rollout.id, ctx.actor)
  const { given, required } = approvals
  if (given >= required) {
    const when = rollout.startAt === null ? 'It starts now.' : `It starts at ${instantText(rollout.startAt)}.`
    const message = `Approved by ${given} of ${required}, last by ${ctx.actor.name}. ${when}`
    const because = { code: 'rollout.approved', message, required, given }
    return transition(tx, ctx, { rollout, change: { verb: 'approve', because } })
  }
  const { id: rolloutId, organizationId } = rollout
  const because = awaitingBecause(approvals, { createdBy, startAt: rollout.startAt })
  await tx.rollout.update({ where: { id: rolloutId }, data: { because, version: { increment: 1 } } })
  const told = {
    code: 'operator.approve',
    message: `Approved by ${ctx.actor.name}: ${given} of ${required}.`,
    required,
    given,
  }
  const event = { organizationId, rolloutId, at: ctx.services.now(), kind: 'rollout.approved', because: told }
  await tx.rolloutEvent.create({ data: event })
  const detail = { given, required, seen: approvals.seen }
  await audit(tx, ctx, { action: 'rollout.approve', subject: { kind: 'rollout', id: rolloutId }, detail })
  await emit(tx, organizationId, [{ kind: 'rollout.changed', rolloutId }])
}
