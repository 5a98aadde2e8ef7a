import type { Page, PageQuery, Release } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { findChannel } from '../channel/find-channel.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { newestFirst, olderThan, readCursor, TimeCursor, toPage } from '../page.ts'
import { releaseParts } from './find-release.ts'
import { presentRelease } from './present-release.ts'

/** Releases of a channel, the newest first. */
export async function listReleases(
  ctx: Ctx,
  { channel, cursor, limit }: PageQuery & { channel: string },
): Promise<Page<Release>> {
  authorize(ctx, 'fleet:read')
  const after = olderThan(readCursor(TimeCursor, cursor))
  return inOrganization(ctx, async (tx) => {
    const { id: channelId } = await findChannel(tx, ctx, channel)
    const rows = await tx.release.findMany({
      where: { channelId, ...after },
      include: releaseParts,
      orderBy: newestFirst,
      take: limit + 1,
    })
    return toPage(rows, limit, { present: presentRelease, keys: ({ createdAt, id }) => [createdAt, id] })
  })
}
