import { Prisma } from '@bootfleet/db'
import type { RouteRow } from './routes.ts'

/** Parts of the query that says who is eligible, which calls the device `d` and its reported state `s`. */
export interface RouteSql {
  readonly join: Prisma.Sql
  /** Releases to boot before the release itself, and why there is no way, or null. */
  readonly hops: Prisma.Sql
  readonly blocked: Prisma.Sql
  /** The reason to skip the device, or null. */
  readonly skip: Prisma.Sql
}

const direct: RouteSql = {
  join: Prisma.empty,
  hops: Prisma.sql`NULL::jsonb`,
  blocked: Prisma.sql`NULL::jsonb`,
  skip: Prisma.sql`NULL::text`,
}

/** How each device gets to the release: by the image that it runs, or as one whose image is not known. */
export function routeSql(routes: readonly RouteRow[] | undefined): RouteSql {
  if (routes === undefined) return direct
  const table = Prisma.sql`jsonb_to_recordset(${JSON.stringify(routes)}::jsonb)`
  const row = Prisma.sql`(architecture text, digest text, hops jsonb, skip text, blocked jsonb)`
  const either = (column: Prisma.Sql) =>
    Prisma.sql`(CASE WHEN k.architecture IS NULL THEN nullif(u.${column}, 'null') ELSE nullif(k.${column}, 'null') END)`
  const hops = either(Prisma.sql`hops`)
  return {
    join: Prisma.sql`
      LEFT JOIN ${table} AS k${row} ON k.architecture = d.architecture AND k.digest = s.booted_digest
      LEFT JOIN ${table} AS u${row} ON u.architecture = d.architecture AND u.digest IS NULL`,
    hops,
    blocked: either(Prisma.sql`blocked`),
    skip: Prisma.sql`coalesce(${either(Prisma.sql`skip`)}, CASE WHEN EXISTS (
      SELECT 1 FROM jsonb_array_elements(${hops}) AS hop JOIN device_quarantine hq ON hq.digest = hop ->> 'digest'
      WHERE hq.device_id = d.id AND hq.lifted_at IS NULL) THEN 'quarantined' END)`,
  }
}
