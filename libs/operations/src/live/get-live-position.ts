import { authorize } from '../authorize.ts'
import type { Ctx } from '../context.ts'

/** The positions between which events can be read: after `oldest` nothing was pruned yet, `newest` was published last. */
export async function getLivePosition(ctx: Ctx): Promise<{ oldest: bigint; newest: bigint }> {
  authorize(ctx, 'fleet:read')
  // Over all organizations: positions are numbers of the one relay and tell nothing of what was published.
  const [row] = await ctx.services.db.transaction(
    'system',
    (tx) =>
      tx.$queryRaw<{ oldest: bigint | null; newest: bigint | null }[]>`
      SELECT min(published_seq) - 1 AS oldest, max(published_seq) AS newest FROM outbox WHERE published_seq IS NOT NULL`,
  )
  return { oldest: row?.oldest ?? 0n, newest: row?.newest ?? 0n }
}
