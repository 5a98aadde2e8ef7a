import type { Channel } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { ChannelRow } from './find-channel.ts'

/** Channel rows as the API serves them, with their current releases. */
export async function presentChannels(tx: Tx, rows: readonly ChannelRow[]): Promise<(row: ChannelRow) => Channel> {
  const ids = rows.flatMap(({ currentReleaseId }) => currentReleaseId ?? [])
  const select = { id: true, version: true, tag: true, repository: true }
  const releases = await tx.release.findMany({ where: { id: { in: ids } }, select })
  const byId = new Map(releases.map((release) => [release.id, release]))
  return (row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    repository: row.repository,
    requireSignatures: row.requireSignatures,
    current: byId.get(row.currentReleaseId ?? '') ?? null,
    defaultPolicy: row.defaultPolicy,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  })
}
