import type { Channel, Page, PageQuery } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { NameCursor, readCursor, toPage } from '../page.ts'
import { presentChannels } from './present-channel.ts'

/** Channels in the order of their names. */
export async function listChannels(ctx: Ctx, { cursor, limit }: PageQuery): Promise<Page<Channel>> {
  authorize(ctx, 'fleet:read')
  const { organizationId } = ctx
  const after = readCursor(NameCursor, cursor)
  return inOrganization(ctx, async (tx) => {
    const rows = await tx.channel.findMany({
      where: { organizationId, ...(after !== undefined && { name: { gt: after } }) },
      include: { defaultPolicy: { select: { id: true, name: true } } },
      orderBy: { name: 'asc' },
      take: limit + 1,
    })
    return toPage(rows, limit, { present: await presentChannels(tx, rows), keys: ({ name }) => name })
  })
}
