import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { wakeRollout } from './wake-rollout.ts'

interface WaveApproval {
  readonly rollout: RolloutRow
  readonly wave: number
  readonly required: number
}

/** Lets a manual wave open that waits for it. One that was approved is left as it is, so that asking again is no error. */
export async function approveWave(tx: Tx, ctx: Ctx, { rollout, wave }: WaveApproval): Promise<void> {
  const { id: rolloutId, organizationId, state } = rollout
  const where = { rolloutId_index: { rolloutId, index: wave } }
  const found = await tx.rolloutWave.findUnique({ where })
  if (found?.approvedAt) return
  if (state !== 'running' || found === null || found.approvalAskedAt === null) throw notWaiting(wave, state)
  const at = ctx.services.now()
  const person = { personId: ctx.actor.id, personName: ctx.actor.name }
  await tx.rolloutApproval.create({ data: { rolloutId, wave, organizationId, seen: '', at, ...person } })
  await tx.rolloutWave.update({ where, data: { approvedAt: at } })
  const because = { code: 'operator.approve', message: `Wave ${wave + 1} was approved by ${ctx.actor.name}.`, wave }
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId, wave, at, kind: 'wave.approved', because } })
  const subject = { kind: 'rollout', id: rolloutId }
  await audit(tx, ctx, { action: 'rollout.approve', subject, detail: { wave } })
  await wakeRollout(tx, ctx, rolloutId)
}

function notWaiting(wave: number, state: string): OperationError {
  const message =
    state === 'running'
      ? `Wave ${wave + 1} does not wait for an approval. It is asked for when the wave before has passed, where the policy says approval: "manual".`
      : `The rollout is ${state}: a wave can be approved while it is running and the wave waits for that.`
  return new OperationError('conflict', message, { reason: 'wave_not_waiting', field: 'wave' })
}

/** Takes back what was approved and has not opened: after a trip it is to be looked at again. */
export async function voidWaveApprovals(tx: Tx, rolloutId: string): Promise<void> {
  const waves = await tx.rolloutWave.findMany({ where: { rolloutId, state: 'pending', approvedAt: { not: null } } })
  const wave = { in: waves.map(({ index }) => index) }
  await tx.rolloutApproval.deleteMany({ where: { rolloutId, wave } })
  await tx.rolloutWave.updateMany({
    where: { rolloutId, index: wave },
    data: { approvedAt: null, approvalAskedAt: null },
  })
}
