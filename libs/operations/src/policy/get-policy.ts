import type { Policy } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findPolicy } from './find-policy.ts'
import { presentPolicy } from './present-policy.ts'

/** One policy by id or name. */
export async function getPolicy(ctx: Ctx, { policy }: { policy: string }): Promise<Policy> {
  authorize(ctx, 'fleet:read')
  return presentPolicy(await inOrganization(ctx, (tx) => findPolicy(tx, ctx, policy)))
}
