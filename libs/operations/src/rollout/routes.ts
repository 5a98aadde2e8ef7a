import { z } from 'zod'
import { findRoute, type Because, type ReleaseNode } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { isMarked, readGraph } from './read-graph.ts'

/** A release to boot on the way, as a target keeps it. */
export const StoredHop = z.object({
  release: z.string(),
  name: z.string(),
  barrier: z.boolean(),
  digest: z.string(),
  indexDigest: z.string().nullable(),
})
export type StoredHop = z.infer<typeof StoredHop>
export const StoredHops = z.array(StoredHop)

/** How every device of an architecture that runs one image gets to the release; `digest: null`: on any unknown image. */
export interface RouteRow {
  readonly architecture: string
  readonly digest: string | null
  /** Releases before the release itself; null: none. */
  readonly hops: readonly StoredHop[] | null
  readonly skip: string | null
  readonly blocked: Because | null
}

interface RoutesTo {
  readonly channelId: string
  readonly releaseId: string
}

/**
 * The ways to a release from every image that the channel knows: as many rows as it has digests, however many devices
 * there are. `undefined` where nothing is marked: then every device takes the release directly.
 */
export async function readRoutes(tx: Tx, to: RoutesTo): Promise<RouteRow[] | undefined> {
  return (await isMarked(tx, to.channelId)) ? findRoutes(tx, to) : undefined
}

/** The same, marked or not. */
export async function findRoutes(tx: Tx, { channelId, releaseId }: RoutesTo): Promise<RouteRow[]> {
  const graphs = await readGraph(tx, channelId)
  return graphs.flatMap(({ architecture, releases }) => {
    const known = [...new Set(releases.flatMap(({ digests }) => digests))]
    return [null, ...known].map((digest) =>
      toRow(architecture, digest, findRoute(releases, { running: digest, target: releaseId })),
    )
  })
}

function toRow(architecture: string, digest: string | null, route: ReturnType<typeof findRoute>): RouteRow {
  if ('blocked' in route) {
    const { blocked } = route
    return { architecture, digest, hops: null, skip: blocked.code.replace(/^skip\./, ''), blocked }
  }
  const hops = route.hops.slice(0, -1).map(toHop)
  return { architecture, digest, hops: hops.length > 0 ? hops : null, skip: null, blocked: null }
}

function toHop({ id, name, barrier, digests }: ReleaseNode): StoredHop {
  return { release: id, name, barrier, digest: digests[0] ?? '', indexDigest: digests[1] ?? null }
}

/** The row for what a device runs. */
export function routeFor(
  routes: readonly RouteRow[],
  { architecture, digest }: { architecture: string; digest: string | null },
): RouteRow | undefined {
  const own = routes.filter((row) => row.architecture === architecture)
  return own.find((row) => row.digest === digest) ?? own.find((row) => row.digest === null)
}
