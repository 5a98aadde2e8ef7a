import type { NamedRef } from '@bootfleet/contracts'
import { Prisma, type Tx } from '@bootfleet/db'
import { shown } from './preview-deal.ts'
import { pullBytesSql } from './pull-sql.ts'

/** An image that devices go back to. */
export interface Destination {
  readonly digest: string
  /** Devices that have it already. */
  readonly bySlot: number
  /** Devices that pull it. */
  readonly byPull: number
  /** Compressed bytes that these pull together; null where nothing is known. */
  readonly bytesToPull: number | null
  /** The first of them by name. */
  readonly devices: NamedRef[]
}

/** The images that devices go back to, by `goingBackSql`, those of most devices first. */
export function readDestinations(tx: Tx, judged: Prisma.Sql): Promise<Destination[]> {
  const pull = pullBytesSql({ digest: Prisma.sql`pairs.digest`, base: Prisma.sql`pairs.base` })
  return tx.$queryRaw<Destination[]>`
    WITH pairs AS MATERIALIZED (
      SELECT goal AS digest, local, CASE WHEN local THEN NULL ELSE running END AS base, count(*) AS devices,
        (array_agg(json_build_object('id', device_id, 'name', name) ORDER BY name))[1:${shown}] AS named
      FROM (${judged}) AS judged WHERE skip IS NULL GROUP BY 1, 2, 3),
    sized AS (SELECT *, CASE WHEN local THEN 0 ELSE devices * (${pull}) END AS bytes FROM pairs),
    images AS (
      SELECT digest, coalesce(sum(devices) FILTER (WHERE local), 0)::int AS "bySlot",
        coalesce(sum(devices) FILTER (WHERE NOT local), 0)::int AS "byPull", sum(bytes)::float8 AS "bytesToPull"
      FROM sized GROUP BY digest)
    SELECT images.*, (
      SELECT jsonb_agg(device ORDER BY device ->> 'name') FROM (
        SELECT to_jsonb(one) AS device FROM pairs CROSS JOIN LATERAL UNNEST(pairs.named) AS one
        WHERE pairs.digest = images.digest ORDER BY one ->> 'name' LIMIT ${shown}) AS first) AS devices
    FROM images ORDER BY "bySlot" + "byPull" DESC, digest`
}
