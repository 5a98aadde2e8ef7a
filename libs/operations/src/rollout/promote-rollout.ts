import type { Rollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { excuseFailures } from './excuse-failures.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { requireState } from './require-state.ts'
import { wakeRollout } from './wake-rollout.ts'

/** Opens the next wave now, whatever the gate of the open one says; its failures up to now are accepted. */
export function promoteRollout(ctx: Ctx, input: ControlInput): Promise<Rollout> {
  return controlRollout(ctx, input, {
    permission: 'rollout:control',
    apply: async (tx, rollout) => {
      requireState(rollout, 'promote')
      await openNext(tx, ctx, rollout)
      await audit(tx, ctx, { action: 'rollout.promote', subject: { kind: 'rollout', id: rollout.id } })
      await wakeRollout(tx, ctx, rollout.id)
    },
  })
}

async function openNext(tx: Tx, ctx: Ctx, { id, organizationId, plannedAt }: RolloutRow): Promise<void> {
  if (plannedAt === null) {
    const message = 'The list of targets is still being frozen. Try again when the first wave is open.'
    throw new OperationError('conflict', message, { reason: 'not_planned' })
  }
  const next = await tx.rolloutWave.findFirst({ where: { rolloutId: id, state: 'pending' }, orderBy: { index: 'asc' } })
  if (!next) throw new OperationError('conflict', 'Every wave is open already.', { reason: 'no_wave_left' })
  const now = ctx.services.now()
  await excuseFailures(tx, id)
  await tx.rolloutWave.updateMany({
    where: { rolloutId: id, state: 'open' },
    data: { state: 'passed', concludedAt: now },
  })
  await tx.rolloutWave.update({
    where: { rolloutId_index: { rolloutId: id, index: next.index } },
    data: { state: 'open', openedAt: now },
  })
  const because = { code: 'operator.promote', message: `Wave ${next.index + 1} was opened by ${ctx.actor.name}.` }
  await tx.rolloutEvent.create({
    data: { organizationId, rolloutId: id, wave: next.index, at: now, kind: 'wave.opened', because },
  })
}
