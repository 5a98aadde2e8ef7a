import { Prisma } from '@bootfleet/db'

/** What the planned order is made of. Both are constant for one rollout. */
export interface Order {
  /** Salt of the order. */
  readonly rolloutId: string
  /** Key of the label over whose values the targets are dealt; none: one stratum of all. */
  readonly stratifyBy?: string | null | undefined
}

/** Ranks that fit above the 32 bits of the stratum in a number that JavaScript keeps exact. What comes later shares the last. */
export const maxRank = 2 ** 21 - 1

/**
 * Position of a device, which the query must call `d`: 52 bits of a salted hash. With `stratifyBy` it is negative until it
 * is ranked: 44 bits of a salted hash of the label's value, 16 of the device's. So the stratum is frozen with the target,
 * and the order of positions is that of strata, one after the other.
 */
export function positionSql(order: Order): Prisma.Sql {
  const { rolloutId, stratifyBy } = order
  return stratifyBy
    ? unrankedSql(rolloutId, stratifyBy)
    : Prisma.sql`('x' || substr(md5(${rolloutId} || d.id::text), 1, 13))::bit(52)::bigint`
}

/** A position for those that take no part, and so have no rank: never negative. */
export const unplacedSql = Prisma.sql`(position & 4503599627370495)`

// The leading f makes it negative. "=" tells the empty value from no label.
function unrankedSql(rolloutId: string, stratifyBy: string): Prisma.Sql {
  const value = Prisma.sql`coalesce('=' || (d.labels ->> ${stratifyBy}::text), '!')`
  return Prisma.sql`('xf' || substr(md5(${rolloutId} || ${value}), 1, 11) || substr(md5(${rolloutId} || d.id::text), 1, 4))
    ::bit(64)::bigint`
}

/** The stratum in a position that is not ranked. */
export const stratumSql = Prisma.sql`(position >> 16)`

/** 32 bits of the stratum: what orders the devices of one rank. */
export const shortStratumSql = Prisma.sql`((position >> 28) & 4294967295)`

/**
 * The position of rank 1, 2, ... in its stratum: all of rank 1 come first, then all of rank 2, ..., so that every part of
 * the order that is as long as there are strata meets all of them. Below 2^53, never negative.
 */
export function rankedSql(rank: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`((least(${rank}, ${maxRank}::bigint) << 32) | ${shortStratumSql})`
}
