import { Prisma } from '@bootfleet/db'
import { eligibilitySql, type Selection } from './eligibility.ts'
import { rankedSql, stratumSql } from './planned-order.ts'

/**
 * Rows `(place, device_id, name, value, pool, digest, from_digest, hops)` of the eligible in the order that planning would
 * give them, from place 0; with `pools` only of those that are in one of them.
 */
export function orderSql(selection: Selection, pools?: readonly number[]): Prisma.Sql {
  const eligible = Prisma.sql`SELECT * FROM (${eligibilitySql(selection)}) AS e WHERE skip IS NULL`
  const rank = Prisma.sql`row_number() OVER (PARTITION BY ${stratumSql} ORDER BY position, device_id)`
  const position = selection.stratifyBy ? rankedSql(rank) : Prisma.sql`position`
  const columns = Prisma.sql`device_id, name, value, pool, digest, from_digest, hops`
  return Prisma.sql`
    SELECT ${columns}, row_number() OVER (ORDER BY position, device_id) - 1 AS place
    FROM (SELECT ${columns}, ${position} AS position FROM (${eligible}) AS e) AS placed
    WHERE ${pools ? Prisma.sql`pool = ANY(${[...pools]}::smallint[])` : Prisma.sql`true`}`
}
