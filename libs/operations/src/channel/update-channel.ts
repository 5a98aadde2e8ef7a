import type { z } from 'zod'
import type { Channel, UpdateChannel } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { emit } from '../outbox.ts'
import { findPolicy } from '../policy/find-policy.ts'
import { findChannel } from './find-channel.ts'
import { presentChannels } from './present-channel.ts'

export type UpdateChannelInput = z.output<typeof UpdateChannel> & { readonly channel: string }

/** Changes what is given. The repository never changes: its releases are in it. */
export async function updateChannel(ctx: Ctx, { channel, ...input }: UpdateChannelInput): Promise<Channel> {
  authorize(ctx, 'channel:write')
  const { name, description, defaultPolicy, requireSignatures } = input
  return refuseDuplicate(nameTaken('channel', name ?? ''), () =>
    inOrganization(ctx, async (tx) => {
      const { id } = await findChannel(tx, ctx, channel)
      const defaultPolicyId = defaultPolicy == null ? defaultPolicy : (await findPolicy(tx, ctx, defaultPolicy)).id
      const data = {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(defaultPolicyId !== undefined && { defaultPolicyId }),
        ...(requireSignatures !== undefined && { requireSignatures }),
        updatedAt: ctx.services.now(),
      }
      await tx.channel.update({ where: { id }, data })
      const detail = { changed: Object.keys(input) }
      await audit(tx, ctx, { action: 'channel.update', subject: { kind: 'channel', id }, detail })
      await emit(tx, ctx.organizationId, [{ kind: 'channel.changed', channelId: id }])
      const row = await findChannel(tx, ctx, id)
      return (await presentChannels(tx, [row]))(row)
    }),
  )
}
