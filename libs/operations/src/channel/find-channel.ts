import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { byKey } from '../keys.ts'

/** A channel row with the name of its default policy, by id or name. Throws `not_found`. */
export async function findChannel(tx: Tx, { organizationId }: Ctx, key: string) {
  const where = { organizationId, ...byKey(key) }
  const channel = await tx.channel.findFirst({
    where,
    include: { defaultPolicy: { select: { id: true, name: true } } },
  })
  if (channel === null) throw notFound('channel', key)
  return channel
}

export type ChannelRow = Awaited<ReturnType<typeof findChannel>>
