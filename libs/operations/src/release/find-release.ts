import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'

/** What a release is shown with. */
export const releaseParts = {
  channel: { select: { id: true, name: true } },
  manifests: { orderBy: { architecture: 'asc' } },
  minimum: { select: { id: true, version: true, tag: true } },
} as const

/** A release row with its manifests. Throws `not_found`. */
export async function findRelease(tx: Tx, { organizationId }: Ctx, id: string) {
  const release = await tx.release.findFirst({ where: { organizationId, id }, include: releaseParts })
  if (release === null) throw notFound('release', id)
  return release
}

export type ReleaseRow = Awaited<ReturnType<typeof findRelease>>
