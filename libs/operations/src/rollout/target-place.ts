import type { Hop, TargetView } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import { releaseNameSql } from './read-graph.ts'
import { StoredHops, type StoredHop } from './routes.ts'

/** The digest that a target, which the query must call `t`, is to boot now: that of its hop, or its own. */
export const goalDigestSql = Prisma.sql`coalesce(t.hops -> t.hop ->> 'digest', t.digest)`

/** Columns of `PlaceRow` beyond digest and origin, of a target `t` and the release `r` of its rollout. */
export const placeColumnsSql = Prisma.sql`r.index_digest AS "indexDigest", r.id::text AS "releaseId",
  ${releaseNameSql} AS "releaseName", r.barrier, t.hops, t.hop, t.hop_boot_key AS "hopBootKey",
  t.from_boot_key AS "fromBootKey"`

export interface PlaceRow {
  readonly releaseId: string
  readonly releaseName: string
  readonly barrier: boolean
  readonly digest: string
  readonly indexDigest: string | null
  readonly fromDigest: string | null
  readonly fromBootKey: string | null
  /** `StoredHop[]` or null. */
  readonly hops: unknown
  readonly hop: number
  readonly hopBootKey: string | null
}

/** What the device of a target is to boot now and from where, and its route if that has more than one hop. */
export function readPlace(row: PlaceRow): Pick<TargetView, 'accept' | 'route' | 'fromDigest' | 'fromBootKey'> {
  const { digest, indexDigest, fromDigest, fromBootKey, hop: at } = row
  const accept = digestsOf({ digest, indexDigest })
  const stops = StoredHops.nullable().parse(row.hops ?? null)
  if (!stops || stops.length === 0) return { accept, fromDigest, fromBootKey }
  const end = { release: row.releaseId, name: row.releaseName, barrier: row.barrier, accept }
  const hops = [...stops.map(toHop), end]
  const before = stops[at - 1]
  return {
    accept: hops[at]?.accept ?? accept,
    route: { hops, at: Math.min(at, stops.length) },
    fromDigest: before ? before.digest : fromDigest,
    fromBootKey: before ? row.hopBootKey : fromBootKey,
  }
}

function toHop({ release, name, barrier, digest, indexDigest }: StoredHop): Hop {
  return { release, name, barrier, accept: digestsOf({ digest, indexDigest }) }
}

function digestsOf({ digest, indexDigest }: Pick<StoredHop, 'digest' | 'indexDigest'>): string[] {
  return indexDigest === null ? [digest] : [digest, indexDigest]
}

/** The same columns, of rows as the client reads them. */
export function placeOf(
  target: Pick<PlaceRow, 'digest' | 'fromDigest' | 'fromBootKey' | 'hops' | 'hop' | 'hopBootKey'>,
  release: { id: string; version: string | null; tag: string | null; barrier: boolean; indexDigest: string | null },
): PlaceRow {
  const { digest, fromDigest, fromBootKey, hops, hop, hopBootKey } = target
  const { id: releaseId, version, tag, barrier, indexDigest } = release
  const place = { digest, fromDigest, fromBootKey, hops, hop, hopBootKey }
  return { ...place, releaseId, releaseName: version ?? tag ?? releaseId.slice(0, 8), barrier, indexDigest }
}
