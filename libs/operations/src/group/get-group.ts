import type { Group } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findGroup } from './find-group.ts'
import { presentGroups } from './present-group.ts'

/** One group by id or name. */
export async function getGroup(ctx: Ctx, { group }: { group: string }): Promise<Group> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    const row = await findGroup(tx, ctx, group)
    return (await presentGroups(tx, [row]))(row)
  })
}
