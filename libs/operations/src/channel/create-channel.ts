import type { z } from 'zod'
import type { Channel, CreateChannel } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { nameTaken, refuseDuplicate } from '../keys.ts'
import { emit } from '../outbox.ts'
import { findPolicy } from '../policy/find-policy.ts'
import { readRepository } from '../registry/read-scope.ts'
import { findChannel } from './find-channel.ts'
import { presentChannels } from './present-channel.ts'

/** Adds a channel. Throws `conflict` for a name that is taken, `invalid` for the repository, `not_found` for the policy. */
export async function createChannel(ctx: Ctx, input: z.output<typeof CreateChannel>): Promise<Channel> {
  authorize(ctx, 'channel:write')
  const { organizationId, services } = ctx
  const { name, description = '', defaultPolicy, requireSignatures = false } = input
  const repository = readRepository(input.repository)
  const id = services.newId()
  const now = services.now()
  return refuseDuplicate(nameTaken('channel', name), () =>
    inOrganization(ctx, async (tx) => {
      const defaultPolicyId = defaultPolicy == null ? null : (await findPolicy(tx, ctx, defaultPolicy)).id
      const times = { createdAt: now, updatedAt: now }
      await tx.channel.create({
        data: { id, organizationId, name, description, repository, requireSignatures, defaultPolicyId, ...times },
      })
      const detail = { name, repository }
      await audit(tx, ctx, { action: 'channel.create', subject: { kind: 'channel', id }, detail })
      await emit(tx, organizationId, [{ kind: 'channel.changed', channelId: id }])
      const row = await findChannel(tx, ctx, id)
      return (await presentChannels(tx, [row]))(row)
    }),
  )
}
