import type { Release } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findRelease } from './find-release.ts'
import { presentRelease } from './present-release.ts'

/** One release. */
export async function getRelease(ctx: Ctx, { id }: { id: string }): Promise<Release> {
  authorize(ctx, 'fleet:read')
  return presentRelease(await inOrganization(ctx, (tx) => findRelease(tx, ctx, id)))
}
