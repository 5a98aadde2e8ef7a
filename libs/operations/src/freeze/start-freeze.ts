import type { Freeze } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findGroup } from '../group/find-group.ts'
import { emit } from '../outbox.ts'
import { wakeRollouts } from './wake-rollouts.ts'

/** Grants nothing from now on, in the organization or in one group. A freeze that is on already keeps its beginning. */
export async function startFreeze(ctx: Ctx, input: { reason: string; group?: string }): Promise<Freeze> {
  authorize(ctx, 'freeze:write')
  const { organizationId } = ctx
  const frozen = { frozenBy: ctx.actor.name, freezeReason: input.reason }
  return inOrganization(ctx, async (tx) => {
    const group = input.group === undefined ? null : await findGroup(tx, ctx, input.group)
    const before = group ?? (await tx.organization.findUniqueOrThrow({ where: { id: organizationId } }))
    const data = { ...frozen, frozenAt: before.frozenAt ?? ctx.services.now() }
    if (group === null) await tx.organization.update({ where: { id: organizationId }, data })
    else await tx.deviceGroup.update({ where: { id: group.id }, data })
    const subject = group === null ? { kind: 'organization', id: organizationId } : { kind: 'group', id: group.id }
    await audit(tx, ctx, { action: 'freeze.start', subject, detail: { reason: input.reason } })
    await emit(tx, organizationId, [{ kind: 'freeze.changed', groupId: group?.id ?? null }])
    await wakeRollouts(tx, ctx)
    return { since: data.frozenAt.toISOString(), by: data.frozenBy, reason: data.freezeReason }
  })
}
