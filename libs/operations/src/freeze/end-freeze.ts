import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findGroup } from '../group/find-group.ts'
import { emit } from '../outbox.ts'
import { wakeRollouts } from './wake-rollouts.ts'

/** Lifts the freeze of the organization or of one group; none to lift is fine. */
export async function endFreeze(ctx: Ctx, input: { group?: string }): Promise<void> {
  authorize(ctx, 'freeze:write')
  const { organizationId } = ctx
  const data = { frozenAt: null, frozenBy: null, freezeReason: null }
  await inOrganization(ctx, async (tx) => {
    const group = input.group === undefined ? null : await findGroup(tx, ctx, input.group)
    const { count } =
      group === null
        ? await tx.organization.updateMany({ where: { id: organizationId, frozenAt: { not: null } }, data })
        : await tx.deviceGroup.updateMany({ where: { id: group.id, frozenAt: { not: null } }, data })
    if (count === 0) return
    const subject = group === null ? { kind: 'organization', id: organizationId } : { kind: 'group', id: group.id }
    await audit(tx, ctx, { action: 'freeze.end', subject })
    await emit(tx, organizationId, [{ kind: 'freeze.changed', groupId: group?.id ?? null }])
    await wakeRollouts(tx, ctx)
  })
}
