import type { Channel } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findChannel } from './find-channel.ts'
import { presentChannels } from './present-channel.ts'

/** One channel by id or name. */
export async function getChannel(ctx: Ctx, { channel }: { channel: string }): Promise<Channel> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    const row = await findChannel(tx, ctx, channel)
    return (await presentChannels(tx, [row]))(row)
  })
}
