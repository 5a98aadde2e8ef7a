import type { z } from 'zod'
import type { Release, UpdateRelease } from '@bootfleet/contracts'
import { activeStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { emit } from '../outbox.ts'
import { wakeRollout } from '../rollout/wake-rollout.ts'
import { findMinimum } from './find-minimum.ts'
import { findRelease, type ReleaseRow } from './find-release.ts'
import { presentRelease } from './present-release.ts'

export type UpdateReleaseInput = z.output<typeof UpdateRelease> & { readonly id: string }

/**
 * Changes what people call the release and say of it, and its place in the update graph; the image never changes. Rollouts
 * under way on the channel take another place into account for each device that has no grant yet.
 */
export async function updateRelease(ctx: Ctx, { id, ...input }: UpdateReleaseInput): Promise<Release> {
  authorize(ctx, 'release:create')
  return inOrganization(ctx, async (tx) => {
    const release = await findRelease(tx, ctx, id)
    const marks = await readMarks(tx, release, input)
    if (Object.keys(marks).length > 0) await wakeRollouts(tx, ctx, release.channelId)
    const { version, notes } = input
    const data = { ...(version !== undefined && { version }), ...(notes !== undefined && { notes }), ...marks }
    await tx.release.update({ where: { id }, data })
    await audit(tx, ctx, { action: 'release.update', subject: { kind: 'release', id }, detail: data })
    await emit(tx, ctx.organizationId, [{ kind: 'release.changed', releaseId: id }])
    return presentRelease(await findRelease(tx, ctx, id))
  })
}

async function readMarks(tx: Tx, release: ReleaseRow, input: Omit<UpdateReleaseInput, 'id'>) {
  const { barrier, deadEnd, minimumFrom: key } = input
  const minimumFrom = key && (await findMinimum(tx, { channelId: release.channelId, key, of: release }))
  return {
    ...(barrier !== undefined && { barrier }),
    ...(deadEnd !== undefined && {
      deadEndReason: deadEnd?.reason ?? null,
      deadEndLeave: deadEnd?.mayLeave ?? false,
    }),
    ...(minimumFrom !== undefined && { minimumFrom }),
  }
}

async function wakeRollouts(tx: Tx, ctx: Ctx, channelId: string): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM rollout WHERE channel_id = ${channelId}::uuid AND state = ANY(${[...activeStates]}::text[])
    ORDER BY id FOR UPDATE`
  for (const { id } of rows) await wakeRollout(tx, ctx, id)
}
