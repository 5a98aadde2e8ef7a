import type { z } from 'zod'
import { Budget, type CreateGroup, type Group } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { findChannel } from '../channel/find-channel.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { emit } from '../outbox.ts'
import { findGroup } from './find-group.ts'
import { presentGroups } from './present-group.ts'

/** Adds a group. Throws `conflict` for a name that is taken, `not_found` for the channel. */
export async function createGroup(ctx: Ctx, input: z.output<typeof CreateGroup>): Promise<Group> {
  authorize(ctx, 'group:write')
  const { organizationId, services } = ctx
  const { name, description = '', windows = [], blackouts = [], budget = Budget.parse({}) } = input
  const id = services.newId()
  return refuseDuplicate(nameTaken('group', name), () =>
    inOrganization(ctx, async (tx) => {
      const channelId = input.channel == null ? null : (await findChannel(tx, ctx, input.channel)).id
      const rules = { budget, windows, blackouts }
      const createdAt = services.now()
      await tx.deviceGroup.create({ data: { id, organizationId, name, description, channelId, createdAt, ...rules } })
      await audit(tx, ctx, { action: 'group.create', subject: { kind: 'group', id }, detail: { name } })
      await emit(tx, organizationId, [{ kind: 'group.changed', groupId: id }])
      const row = await findGroup(tx, ctx, id)
      return (await presentGroups(tx, [row]))(row)
    }),
  )
}
