import { Prisma, type Tx } from '@bootfleet/db'
import type { Selection } from './eligibility.ts'
import type { DealtPlan } from './preview-deal.ts'
import { orderSql } from './preview-order-sql.ts'
import { pullBytesSql } from './pull-sql.ts'

/** What the devices of a wave pull together; `overHops`: those that boot other releases on their way. */
export interface WavePull {
  readonly wave: number
  readonly overHops: boolean
  readonly devices: number
  /** Compressed bytes; null where nothing is known of an image. */
  readonly bytes: number | null
}

/**
 * What each wave pulls: of each image on the way of a device, the layers that the one before it does not have. Images that
 * no release knows are alike, so there are as many rows to size as pairs of known images, however many devices there are.
 */
export function readPulls(tx: Tx, selection: Selection, { waveSql }: DealtPlan): Promise<WavePull[]> {
  const pull = pullBytesSql({ digest: Prisma.sql`step.digest`, base: Prisma.sql`step.base` })
  return tx.$queryRaw<WavePull[]>`
    WITH known AS MATERIALIZED (SELECT DISTINCT manifest_digest FROM release_manifest),
    pairs AS MATERIALIZED (
      SELECT row_number() OVER () AS id, * FROM (
        SELECT ${waveSql} AS wave, o.digest, k.manifest_digest AS base,
          coalesce(jsonb_path_query_array(o.hops, '$[*].digest'), '[]') AS stops, count(*) AS devices
        FROM (${orderSql(selection)}) AS o LEFT JOIN known k ON k.manifest_digest = o.from_digest
        GROUP BY 1, 2, 3, 4) AS alike),
    steps AS MATERIALIZED (
      SELECT pairs.id, stop.digest, coalesce(lag(stop.digest) OVER (PARTITION BY pairs.id ORDER BY stop.nth), pairs.base) AS base
      FROM pairs CROSS JOIN LATERAL
        jsonb_array_elements_text(pairs.stops || to_jsonb(pairs.digest)) WITH ORDINALITY AS stop(digest, nth)),
    sized AS MATERIALIZED (
      SELECT step.digest, step.base, (${pull}) AS bytes FROM (SELECT DISTINCT digest, base FROM steps) AS step)
    SELECT wave, pairs.stops <> '[]' AS "overHops", sum(devices)::int AS devices, sum(devices * whole.bytes)::float8 AS bytes
    FROM pairs CROSS JOIN LATERAL (
      SELECT sum(sized.bytes) AS bytes FROM steps JOIN sized ON sized.digest = steps.digest AND sized.base IS NOT DISTINCT FROM steps.base
      WHERE steps.id = pairs.id) AS whole
    GROUP BY 1, 2 ORDER BY 1, 2`
}

/** Bytes of some of these together; null where nothing is known. */
export function pulledBy(pulls: readonly WavePull[]): number | null {
  const known = pulls.flatMap(({ bytes }) => bytes ?? [])
  return known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0)
}
