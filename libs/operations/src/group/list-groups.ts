import type { Group, Page, PageQuery } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { NameCursor, readCursor, toPage } from '../page.ts'
import { presentGroups } from './present-group.ts'

/** Groups in the order of their names. */
export async function listGroups(ctx: Ctx, { cursor, limit }: PageQuery): Promise<Page<Group>> {
  authorize(ctx, 'fleet:read')
  const { organizationId } = ctx
  const after = readCursor(NameCursor, cursor)
  return inOrganization(ctx, async (tx) => {
    const rows = await tx.deviceGroup.findMany({
      where: { organizationId, ...(after !== undefined && { name: { gt: after } }) },
      include: { channel: { select: { id: true, name: true } } },
      orderBy: { name: 'asc' },
      take: limit + 1,
    })
    return toPage(rows, limit, { present: await presentGroups(tx, rows), keys: ({ name }) => name })
  })
}
