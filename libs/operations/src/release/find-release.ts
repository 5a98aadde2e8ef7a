import { isId } from '@bootfleet/contracts'
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

/** A release of a channel by id, version or tag; of several with that version or tag the newest. Throws `not_found`. */
export async function findReleaseOfChannel(tx: Tx, { organizationId }: Ctx, by: { channelId: string; key: string }) {
  const { channelId, key } = by
  const named = isId(key) ? { id: key } : { OR: [{ version: key }, { tag: key }] }
  const orderBy = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]
  const release = await tx.release.findFirst({ where: { organizationId, channelId, ...named }, orderBy, include })
  if (release === null) throw notFound('release', key)
  return release
}
