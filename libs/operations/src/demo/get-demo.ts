import type { Demo } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { presentDemo } from './present-demo.ts'

/** Whether the organization has a demo, what is in it, and what to try next. */
export function getDemo(ctx: Ctx): Promise<Demo> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, (tx) => presentDemo(tx, ctx.organizationId))
}
