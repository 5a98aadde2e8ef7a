import { LiveEvent, liveKinds } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'

export interface PublishedEvent {
  /** Position in the order of publication; the cursor of live streams. */
  readonly seq: bigint
  readonly event: LiveEvent
}

/** Events of the organization that were published after `after`, in order, at most `limit`. */
export async function readLive(
  ctx: Ctx,
  { after, limit }: { after: bigint; limit: number },
): Promise<PublishedEvent[]> {
  authorize(ctx, 'fleet:read')
  const kind = { in: liveKinds as string[] }
  const where = { organizationId: ctx.organizationId, publishedSeq: { gt: after }, kind }
  const rows = await inOrganization(ctx, (tx) =>
    tx.outbox.findMany({ where, orderBy: { publishedSeq: 'asc' }, take: limit }),
  )
  return rows.flatMap((row) => {
    const parsed = LiveEvent.safeParse({ ...(row.payload as object), kind: row.kind })
    return parsed.success && row.publishedSeq !== null ? [{ seq: row.publishedSeq, event: parsed.data }] : []
  })
}
