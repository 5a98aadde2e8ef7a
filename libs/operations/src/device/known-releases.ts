import type { Tx } from '@bootfleet/db'

export interface KnownRelease {
  readonly id: string
  readonly version: string | null
  readonly channel: { readonly id: string; readonly name: string }
}

/** Finds the release of a manifest digest: of several the one in the given channel, else the newest. */
export type FindRelease = (digest: string, channelId?: string | null) => KnownRelease | null

/** Reads the releases that have any of these manifest digests. */
export async function readKnownReleases(
  tx: Tx,
  organizationId: string,
  digests: readonly string[],
): Promise<FindRelease> {
  const wanted = [...new Set(digests)]
  const rows =
    wanted.length === 0
      ? []
      : await tx.releaseManifest.findMany({
          where: { organizationId, manifestDigest: { in: wanted } },
          select: {
            manifestDigest: true,
            release: { select: { id: true, version: true, channel: { select: { id: true, name: true } } } },
          },
          orderBy: { release: { createdAt: 'desc' } },
        })
  return (digest, channelId) => {
    const candidates = rows.filter(({ manifestDigest }) => manifestDigest === digest).map(({ release }) => release)
    return candidates.find(({ channel }) => channel.id === channelId) ?? candidates[0] ?? null
  }
}
