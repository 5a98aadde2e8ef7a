import type { z } from 'zod'
import type { Group, UpdateGroup } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { findChannel } from '../channel/find-channel.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { wakeRollouts } from '../freeze/wake-rollouts.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { emit } from '../outbox.ts'
import { channelNotice } from './channel-notice.ts'
import { defaultGroup } from './default-group.ts'
import { findGroup } from './find-group.ts'
import { presentGroups } from './present-group.ts'

export type UpdateGroupInput = z.output<typeof UpdateGroup> & { readonly group: string }

/** Changes what is given. Rollouts under way are decided again, since budget and windows bind them at once. */
export async function updateGroup(ctx: Ctx, { group, channel, ...input }: UpdateGroupInput): Promise<Group> {
  authorize(ctx, 'group:write')
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  return refuseDuplicate(nameTaken('group', input.name ?? ''), () =>
    inOrganization(ctx, async (tx) => {
      const { id, name, channel: before } = await findGroup(tx, ctx, group)
      if (name === defaultGroup && input.name !== undefined && input.name !== defaultGroup) throw isDefault()
      const move = await moveTo(tx, ctx, { id, channel, before: before?.id ?? null })
      await tx.deviceGroup.update({ where: { id }, data: { ...given, ...move } })
      const changed = [...Object.keys(given), ...(channel === undefined ? [] : ['channel'])]
      await audit(tx, ctx, { action: 'group.update', subject: { kind: 'group', id }, detail: { changed } })
      await emit(tx, ctx.organizationId, [{ kind: 'group.changed', groupId: id }])
      await wakeRollouts(tx, ctx)
      const row = await findGroup(tx, ctx, id)
      const presented = (await presentGroups(tx, [row]))(row)
      const notice = move.channelId == null ? undefined : await channelNotice(tx, move.channelId)
      return { ...presented, ...(notice && presented.devices > 0 && { notice }) }
    }),
  )
}

interface Move {
  readonly id: string
  readonly channel: string | null | undefined
  readonly before: string | null
}

// Devices that come along are not moved; who comes to an empty group comes by itself.
async function moveTo(
  tx: Tx,
  ctx: Ctx,
  { id: groupId, channel, before }: Move,
): Promise<{ channelId?: string | null; channelSince?: Date | null }> {
  if (channel === undefined) return {}
  const channelId = channel === null ? null : (await findChannel(tx, ctx, channel)).id
  if (channelId === before) return {}
  const device = await tx.device.findFirst({ where: { groupId, removedAt: null }, select: { id: true } })
  return { channelId, channelSince: device && ctx.services.now() }
}

function isDefault(): OperationError {
  return new OperationError('conflict', 'The group "default" keeps its name: devices without a group belong to it.', {
    reason: 'default_group',
    field: 'name',
  })
}
