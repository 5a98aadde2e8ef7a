import { policySpec, PolicyInput, type Rollout } from '@bootfleet/contracts'
import { instantText } from '@bootfleet/domain'
import type { z } from 'zod'
import type { CreateRollout } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { audit } from '../audit.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { personBehind } from '../session/person-behind.ts'
import { selectorSql } from '../device/selector-sql.ts'
import { lockKnownRollout } from './lock-rollout.ts'
import { orSameBefore } from './or-same-before.ts'
import { presentRollout } from './present-rollout.ts'
import { resolveRecipe } from './resolve-recipe.ts'
import { startLocked } from './start-rollout.ts'
import { lockInTheWay } from './supersede-rollouts.ts'
import { submitForApproval } from './submit-for-approval.ts'
import { legalState } from './transition.ts'

export type CreateRolloutInput = z.output<typeof CreateRollout>

/**
 * Creates a rollout with a frozen copy of its policy: as a draft, scheduled, or started at once. With the id of one that is
 * the same it answers with that one, and throws `conflict` when the id is anything else's.
 */
export function createRollout(ctx: Ctx, input: CreateRolloutInput): Promise<Rollout> {
  authorize(ctx, 'rollout:create')
  if (input.start !== 'draft') authorize(ctx, 'rollout:start')
  const startAt = input.start === 'now' || input.start === 'draft' ? null : new Date(input.start)
  if (startAt && startAt <= ctx.services.now())
    throw new OperationError('invalid', 'The start time is past; use "now" to start at once.', { field: 'start' })
  for (const selector of [input.selector, input.exclude]) if (selector !== undefined) selectorSql(selector)
  const write = (id: string) => writeRollout(ctx, { ...input, id }, startAt)
  return input.id === undefined ? write(ctx.services.newId()) : orSameBefore(ctx, { ...input, id: input.id }, write)
}

function writeRollout(ctx: Ctx, input: CreateRolloutInput & { id: string }, startAt: Date | null): Promise<Rollout> {
  const { id } = input
  return inOrganization(ctx, async (tx) => {
    const { channel, release, policy, policyId, policyName, policyVersion } = await resolveRecipe(tx, input)
    const spec = policySpec(PolicyInput.parse(policy))
    const scheduled = startAt !== null && spec.approvals === 0
    const because = scheduled
      ? { code: 'rollout.scheduled', message: `Starts at ${instantText(startAt)}.`, startAt: startAt.toISOString() }
      : { code: 'rollout.draft', message: 'Waits to be started.' }
    if (input.start === 'now') await lockInTheWay(tx, { id, channelId: channel.id, releaseId: release.id })
    await tx.rollout.create({
      data: {
        id,
        organizationId: ctx.organizationId,
        channelId: channel.id,
        releaseId: release.id,
        state: scheduled ? legalState({ state: 'draft', rollbackId: null }, 'schedule') : 'draft',
        because,
        policyId,
        policyName,
        policyVersion,
        policy: JSON.parse(JSON.stringify(spec)),
        selector: input.selector ?? null,
        exclude: input.exclude ?? null,
        startAt,
        wakeAt: startAt,
        createdBy: ctx.actor.name,
        createdById: await personBehind(tx, ctx),
        createdAt: ctx.services.now(),
      },
    })
    const detail = { channel: channel.name, release: release.id, start: input.start }
    await audit(tx, ctx, { action: 'rollout.create', subject: { kind: 'rollout', id }, detail })
    await emit(tx, ctx.organizationId, [{ kind: 'rollout.changed', rolloutId: id }])
    if (input.start === 'now') await startLocked(tx, ctx, await lockKnownRollout(tx, id))
    else if (input.start !== 'draft') await submitForApproval(tx, ctx, await lockKnownRollout(tx, id))
    return presentRollout(tx, ctx, id)
  })
}
