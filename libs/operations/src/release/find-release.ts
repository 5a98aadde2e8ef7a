import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'

const include = {
  channel: { select: { id: true, name: true } },
  manifests: { orderBy: { architecture: 'asc' } },
} as const

/** A release row with its manifests. Throws `not_found`. */
export async function findRelease(tx: Tx, { organizationId }: Ctx, id: string) {
  const release = await tx.release.findFirst({ where: { organizationId, id }, include })
  if (release === null) throw notFound('release', id)
  return release
}

export type ReleaseRow = Awaited<ReturnType<typeof findRelease>>
