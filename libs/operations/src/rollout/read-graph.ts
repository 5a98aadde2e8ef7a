import type { ReleaseNode } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'

/** Releases of a channel as one architecture sees them, and the index digest of each. */
export interface ArchitectureGraph {
  readonly architecture: string
  readonly releases: readonly ReleaseNode[]
}

interface Row {
  id: string
  name: string
  indexDigest: string | null
  barrier: boolean
  deadEndReason: string | null
  deadEndLeave: boolean
  minimumFrom: string | null
  manifests: Record<string, string>
}

/** What people call a release, which the query must call `r`. */
export const releaseNameSql = Prisma.sql`coalesce(r.version, r.tag, left(r.id::text, 8))`

/** Whether anything of a channel's releases keeps a device from taking one of them directly. */
export async function isMarked(tx: Tx, channelId: string): Promise<boolean> {
  const marks = [{ barrier: true }, { deadEndReason: { not: null } }, { minimumFrom: { not: null } }]
  return (await tx.release.findFirst({ where: { channelId, OR: marks }, select: { id: true } })) !== null
}

/** The update graph of a channel: its releases in publishing order, once for each architecture that it has images for. */
export async function readGraph(tx: Tx, channelId: string): Promise<ArchitectureGraph[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT r.id::text, ${releaseNameSql} AS name, r.index_digest AS "indexDigest", r.barrier,
      r.dead_end_reason AS "deadEndReason", r.dead_end_leave AS "deadEndLeave", r.minimum_from::text AS "minimumFrom",
      coalesce((SELECT jsonb_object_agg(m.architecture, m.manifest_digest) FROM release_manifest m WHERE m.release_id = r.id),
        '{}'::jsonb) AS manifests
    FROM release r WHERE r.channel_id = ${channelId}::uuid ORDER BY r.created_at, r.id`
  const architectures = [...new Set(rows.flatMap(({ manifests }) => Object.keys(manifests)))]
  return architectures.map((architecture) => ({
    architecture,
    releases: rows.map((row) => toNode(row, row.manifests[architecture])),
  }))
}

function toNode(row: Row, manifest: string | undefined): ReleaseNode {
  const { id, name, indexDigest, barrier, deadEndReason: reason, deadEndLeave: mayLeave, minimumFrom } = row
  const digests = manifest === undefined ? [] : [manifest, ...(indexDigest === null ? [] : [indexDigest])]
  return { id, name, digests, barrier, deadEnd: reason === null ? null : { reason, mayLeave }, minimumFrom }
}
