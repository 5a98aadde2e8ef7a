import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { findChannel } from './find-channel.ts'

/** Deletes a channel and its releases. Throws `conflict` when a group follows it or a rollout went over it. */
export async function deleteChannel(ctx: Ctx, { channel }: { channel: string }): Promise<void> {
  authorize(ctx, 'channel:write')
  await inOrganization(ctx, async (tx) => {
    const { id, name } = await findChannel(tx, ctx, channel)
    const groups = await tx.deviceGroup.count({ where: { channelId: id } })
    const rollouts = await tx.rollout.count({ where: { channelId: id } })
    if (groups > 0 || rollouts > 0) {
      const message = `The channel "${name}" is followed by ${groups} groups and had ${rollouts} rollouts: it cannot be deleted.`
      throw new OperationError('conflict', message, { reason: 'channel_in_use' })
    }
    await tx.channel.delete({ where: { id } })
    await audit(tx, ctx, { action: 'channel.delete', subject: { kind: 'channel', id }, detail: { name } })
    await emit(tx, ctx.organizationId, [{ kind: 'channel.changed', channelId: id }])
  })
}
