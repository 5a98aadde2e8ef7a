import { Prisma, type Tx } from '@bootfleet/db'
import { hiddenId } from './hidden-id.ts'
import { maxRank, rankedSql, shortStratumSql, stratumSql } from './planned-order.ts'

interface NextRow {
  stratum: bigint
  short: bigint
}

/**
 * Gives the next `limit` targets that are not ranked their place in the order: stratum after stratum, each from where it
 * was left. What was done is read from the targets themselves. Returns how many were ranked; fewer than `limit`: all are.
 */
export async function rankTargets(tx: Tx, { rolloutId, limit }: { rolloutId: string; limit: number }): Promise<number> {
  const [next] = await tx.$queryRaw<NextRow[]>`
    SELECT ${stratumSql} AS stratum, ${shortStratumSql} AS short FROM rollout_target
    WHERE rollout_id = ${rolloutId}::uuid AND position < 0 ORDER BY position LIMIT 1`
  if (!next) return 0
  const begun = await ranksGiven(tx, rolloutId, next.short)
  const rank = Prisma.sql`row_number() OVER (PARTITION BY ${stratumSql} ORDER BY position, device_id)
    + CASE WHEN ${stratumSql} = ${next.stratum} THEN ${begun}::bigint ELSE 0 END`
  return tx.$executeRaw`
    WITH chunk AS (
      SELECT device_id, position FROM rollout_target WHERE rollout_id = ${rolloutId}::uuid AND position < 0
      ORDER BY position LIMIT ${limit}),
    ranked AS MATERIALIZED (SELECT device_id, ${rankedSql(rank)} AS place FROM chunk)
    UPDATE rollout_target t SET position = ranked.place FROM ranked
    WHERE t.rollout_id = ${hiddenId(rolloutId)} AND t.device_id = ranked.device_id`
}

// Ranks of a stratum have no gaps, so the last one is found by halving, in 21 look-ups of the index, however many there are.
async function ranksGiven(tx: Tx, rolloutId: string, short: bigint): Promise<bigint> {
  const rows = await tx.$queryRaw<{ low: bigint }[]>`
    WITH RECURSIVE halving (low, high) AS (
      SELECT 0::bigint, ${maxRank}::bigint + 1
      UNION ALL
      SELECT CASE WHEN given THEN middle ELSE low END, CASE WHEN given THEN high ELSE middle END
      FROM halving
      CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) AS m
      CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT 1 FROM rollout_target
          WHERE rollout_id = ${rolloutId}::uuid AND position = ((middle << 32) | ${short}::bigint)) AS given) AS g
      WHERE high - low > 1)
    SELECT low FROM halving WHERE high - low = 1`
  return rows[0]?.low ?? 0n
}
