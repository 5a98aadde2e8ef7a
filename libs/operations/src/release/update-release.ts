import type { z } from 'zod'
import type { Release, UpdateRelease } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { emit } from '../outbox.ts'
import { findRelease } from './find-release.ts'
import { presentRelease } from './present-release.ts'

export type UpdateReleaseInput = z.output<typeof UpdateRelease> & { readonly id: string }

/** Changes what people call the release and say of it; the image never changes. */
export async function updateRelease(ctx: Ctx, { id, version, notes }: UpdateReleaseInput): Promise<Release> {
  authorize(ctx, 'release:create')
  return inOrganization(ctx, async (tx) => {
    await findRelease(tx, ctx, id)
    const data = { ...(version !== undefined && { version }), ...(notes !== undefined && { notes }) }
    await tx.release.update({ where: { id }, data })
    await audit(tx, ctx, { action: 'release.update', subject: { kind: 'release', id }, detail: data })
    await emit(tx, ctx.organizationId, [{ kind: 'release.changed', releaseId: id }])
    return presentRelease(await findRelease(tx, ctx, id))
  })
}
