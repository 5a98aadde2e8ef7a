import type { z } from 'zod'
import type { PromoteRollout, Rollout } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { acceptSignals } from '../signal/accept-signals.ts'
import { controlRollout, type ControlInput } from './control-rollout.ts'
import { goOnConverging } from './go-on-converging.ts'
import { excuseFailures, markFailures } from './excuse-failures.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { requireState } from './require-state.ts'
import { wakeRollout } from './wake-rollout.ts'

export type PromoteRolloutInput = ControlInput & z.output<typeof PromoteRollout>

/**
 * Opens the next wave now, whatever the gate of the open one says; its failures up to now are accepted. A `wave` that is
 * open already is left as it is, so that a request may be sent again. The approval of a manual wave is not overridden:
 * the waves before it are closed, and it waits for a person. Of a completed rollout, and where no `wave` is named, a gate that
 * holds those that converge accepts the failures up to now.
 */
export async function promoteRollout(ctx: Ctx, { rollout: id, wave }: PromoteRolloutInput): Promise<Rollout> {
  authorize(ctx, 'rollout:control')
  await markFailures(ctx, { rolloutId: id, mayExcuse: (tx, rollout) => hasEffect(tx, rollout, wave) })
  return controlRollout(
    ctx,
    { rollout: id },
    {
      permission: 'rollout:control',
      apply: async (tx, rollout) => {
        requireState(rollout, 'promote')
        if (isForConverging(rollout, wave)) return goOnConverging(tx, ctx, rollout)
        const next = await nextWave(tx, rollout, wave)
        if (next === undefined) return
        await open(tx, ctx, { ...rollout, ...next })
        const detail = { wave: next.index }
        await audit(tx, ctx, { action: 'rollout.promote', subject: { kind: 'rollout', id }, detail })
        await wakeRollout(tx, ctx, id)
      },
    },
  )
}

// Who names a wave saw it pending: all are open by now.
function isForConverging({ state }: RolloutRow, wave: number | undefined): boolean {
  return state === 'completed' && wave === undefined
}

async function hasEffect(tx: Tx, rollout: RolloutRow, wave: number | undefined): Promise<boolean> {
  requireState(rollout, 'promote')
  return isForConverging(rollout, wave) || (await nextWave(tx, rollout, wave)) !== undefined
}

interface Next {
  readonly index: number
  /** It is manual and not approved. */
  readonly waits: boolean
}

/** The wave to open; `undefined` when the one that is asked for was opened before. */
async function nextWave(tx: Tx, { id, plannedAt, policy }: RolloutRow, wanted?: number): Promise<Next | undefined> {
  if (plannedAt === null) {
    const message = 'The list of targets is still being frozen. Try again when the first wave is open.'
    throw new OperationError('conflict', message, { reason: 'not_planned' })
  }
  const waves = await tx.rolloutWave.findMany({ where: { rolloutId: id }, orderBy: { index: 'asc' } })
  const next = waves.find(({ state }) => state === 'pending')
  if (wanted !== undefined && waves.some(({ index, state }) => index === wanted && state !== 'pending'))
    return undefined
  if (!next) throw new OperationError('conflict', 'Every wave is open already.', { reason: 'no_wave_left' })
  if (wanted !== undefined && wanted !== next.index) {
    const message = `The next wave is wave ${next.index + 1}, {"wave": ${next.index}}; waves are opened in their order.`
    throw new OperationError('conflict', message, { reason: 'not_next_wave', field: 'wave' })
  }
  const waits = policy.waves[next.rule]?.approval === 'manual' && next.approvedAt === null
  if (waits && next.approvalAskedAt !== null) throw approvalRequired(next.index)
  return { index: next.index, waits }
}

function approvalRequired(index: number): OperationError {
  const message = `Wave ${index + 1} waits for an approval, which promoting does not give: approve it with {"wave": ${index}}.`
  return new OperationError('conflict', message, { reason: 'approval_required', field: 'wave' })
}

async function open(tx: Tx, ctx: Ctx, { id, organizationId, index, waits }: RolloutRow & Next): Promise<void> {
  const now = ctx.services.now()
  await excuseFailures(tx, ctx, id)
  await acceptSignals(tx, ctx, id)
  await tx.rolloutWave.updateMany({
    where: { rolloutId: id, state: 'open' },
    data: { state: 'passed', concludedAt: now, promotedAt: now, promotedBy: ctx.actor.name },
  })
  const data = waits ? { approvalAskedAt: now } : { state: 'open', openedAt: now }
  await tx.rolloutWave.update({ where: { rolloutId_index: { rolloutId: id, index } }, data })
  const message = waits
    ? `${ctx.actor.name} wants wave ${index + 1} to open whatever the gate before it says. It waits for a person to approve it.`
    : `Wave ${index + 1} was opened by ${ctx.actor.name}.`
  const because = { code: 'operator.promote', message }
  const kind = waits ? 'wave.waiting_for_approval' : 'wave.opened'
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId: id, wave: index, at: now, kind, because } })
}
