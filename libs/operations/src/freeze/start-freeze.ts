import type { Freeze } from '@bootfleet/contracts'
import { instantText } from '@bootfleet/domain'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findGroup } from '../group/find-group.ts'
import { emit } from '../outbox.ts'
import { OperationError } from '../errors.ts'
import type { FreezeColumns } from './present-freeze.ts'
import { wakeRollouts } from './wake-rollouts.ts'

/**
 * Grants nothing from now on, in the organization or in one group. A freeze of the same person keeps its beginning; that of
 * another keeps its reason too: whoever lifts it would lift both.
 */
export async function startFreeze(ctx: Ctx, input: { reason: string; group?: string }): Promise<Freeze> {
  authorize(ctx, 'freeze:write')
  const { organizationId } = ctx
  const frozen = { frozenBy: ctx.actor.name, freezeReason: input.reason }
  return inOrganization(ctx, async (tx) => {
    const group = input.group === undefined ? null : await findGroup(tx, ctx, input.group)
    const before = group ?? (await tx.organization.findUniqueOrThrow({ where: { id: organizationId } }))
    const data = { ...frozen, frozenAt: before.frozenAt ?? ctx.services.now() }
    const mine = { OR: [{ frozenAt: null }, { frozenBy: ctx.actor.name }] }
    const { count } =
      group === null
        ? await tx.organization.updateMany({ where: { id: organizationId, ...mine }, data })
        : await tx.deviceGroup.updateMany({ where: { id: group.id, ...mine }, data })
    if (count === 0) throw frozenBefore(before)
    const subject = group === null ? { kind: 'organization', id: organizationId } : { kind: 'group', id: group.id }
    await audit(tx, ctx, { action: 'freeze.start', subject, detail: { reason: input.reason } })
    await emit(tx, organizationId, [{ kind: 'freeze.changed', groupId: group?.id ?? null }])
    await wakeRollouts(tx, ctx)
    return { since: data.frozenAt.toISOString(), by: data.frozenBy, reason: data.freezeReason }
  })
}

function frozenBefore({ frozenAt, frozenBy, freezeReason }: FreezeColumns): OperationError {
  const who =
    frozenAt === null ? 'somebody else a moment ago' : `${frozenBy} at ${instantText(frozenAt)} ("${freezeReason}")`
  const message = `Nothing is granted already: it was frozen by ${who}. Tell them why it must stay so for you.`
  return new OperationError('conflict', message, { reason: 'frozen_by_other' })
}
