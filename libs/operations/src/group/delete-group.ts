import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { defaultGroup } from './default-group.ts'
import { findGroup } from './find-group.ts'

/** Deletes a group. Throws `conflict` while devices or enrollment tokens need it, and for the default group. */
export async function deleteGroup(ctx: Ctx, { group }: { group: string }): Promise<void> {
  authorize(ctx, 'group:write')
  await inOrganization(ctx, async (tx) => {
    const { id, name } = await findGroup(tx, ctx, group)
    if (name === defaultGroup) {
      const message = 'The group "default" cannot be deleted: devices without a group belong to it.'
      throw new OperationError('conflict', message, { reason: 'default_group' })
    }
    const devices = await tx.device.count({ where: { groupId: id, removedAt: null } })
    const tokens = await tx.enrollmentToken.count({
      where: { groupId: id, revokedAt: null, expiresAt: { gt: ctx.services.now() } },
    })
    if (devices > 0 || tokens > 0) throw inUse(name, devices, tokens)
    const fallback = await findGroup(tx, ctx, defaultGroup)
    await tx.device.updateMany({ where: { groupId: id }, data: { groupId: fallback.id } })
    await tx.deviceGroup.delete({ where: { id } })
    await audit(tx, ctx, { action: 'group.delete', subject: { kind: 'group', id }, detail: { name } })
    await emit(tx, ctx.organizationId, [{ kind: 'group.changed', groupId: id }])
  })
}

function inUse(name: string, devices: number, tokens: number): OperationError {
  const message = `The group "${name}" has ${devices} devices and ${tokens} usable enrollment tokens: move or remove them first.`
  return new OperationError('conflict', message, { reason: 'group_in_use' })
}
