import { z } from 'zod'
import type { Release } from '@bootfleet/contracts'
import type { ReleaseRow } from './find-release.ts'

const Annotations = z.record(z.string(), z.string())
const Layers = z.array(z.object({ digest: z.string(), sizeBytes: z.number() }))

/** A release row as the API serves it. */
export function presentRelease(row: ReleaseRow): Release {
  const { id, channel, repository, tag, indexDigest, version, revision, source, baseImage, notes, createdBy } = row
  return {
    id,
    channel,
    repository,
    tag,
    indexDigest,
    version,
    revision,
    source,
    baseImage,
    imageCreatedAt: row.imageCreatedAt?.toISOString() ?? null,
    notes,
    ...presentMarks(row),
    annotations: Annotations.parse(row.annotations),
    manifests: row.manifests.map(({ architecture, manifestDigest, configDigest, sizeBytes, layers }) => ({
      architecture,
      manifestDigest,
      configDigest,
      sizeBytes: Number(sizeBytes),
      layers: Layers.parse(layers),
    })),
    createdBy,
    createdAt: row.createdAt.toISOString(),
  }
}

/** What the update graph knows of it. */
function presentMarks(row: ReleaseRow): Pick<Release, 'barrier' | 'deadEnd' | 'minimumFrom'> {
  const { barrier, deadEndReason: reason, deadEndLeave: mayLeave, minimum } = row
  return {
    barrier,
    deadEnd: reason === null ? null : { reason, mayLeave },
    minimumFrom: minimum && { id: minimum.id, name: minimum.version ?? minimum.tag ?? minimum.id.slice(0, 8) },
  }
}
