import { isId, type Page, type Rollout } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { newestFirst, olderThan, readCursor, TimeCursor, toPage } from '../page.ts'
import { presentRollouts } from './present-rollout.ts'

export interface ListRolloutsInput {
  readonly channel?: string | undefined
  readonly state?: string | undefined
  readonly policy?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Rollouts, the newest first. */
export function listRollouts(ctx: Ctx, input: ListRolloutsInput): Promise<Page<Rollout>> {
  authorize(ctx, 'fleet:read')
  const { channel, state, policy, cursor, limit } = input
  const ofChannel = channel === undefined ? {} : { channel: isId(channel) ? { id: channel } : { name: channel } }
  return inOrganization(ctx, async (tx) => {
    const rows = await tx.rollout.findMany({
      where: {
        ...ofChannel,
        ...(state !== undefined && { state }),
        ...(policy !== undefined && { policyId: policy }),
        ...olderThan(readCursor(TimeCursor, cursor)),
      },
      orderBy: newestFirst,
      take: limit + 1,
      select: { id: true, createdAt: true },
    })
    const page = toPage(rows, limit, { present: ({ id }) => id, keys: ({ createdAt, id }) => [createdAt, id] })
    return { items: await presentRollouts(tx, ctx, page.items), nextCursor: page.nextCursor }
  })
}
