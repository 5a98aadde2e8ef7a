import type { Rollout } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { presentRollout } from './present-rollout.ts'

/** One rollout with its waves and counts. */
export function getRollout(ctx: Ctx, { rollout }: { rollout: string }): Promise<Rollout> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, (tx) => presentRollout(tx, ctx, rollout))
}
