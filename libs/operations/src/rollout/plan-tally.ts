import { z } from 'zod'
import { commonPool } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'

/** Devices of a group that take part, and how many releases they boot together. */
export interface GroupTotal {
  readonly groupId: string
  readonly devices: number
  readonly boots: number
}

/** Those of them that are in one of the pools that waves take from. */
export interface GroupTally extends GroupTotal {
  /** The common one where it is left out. */
  readonly pool?: number | undefined
}

/** All pools of each group together. */
export function byGroup(tallies: readonly GroupTally[]): GroupTotal[] {
  const totals = new Map<string, GroupTotal>()
  for (const { groupId, devices, boots } of tallies) {
    const total = totals.get(groupId)
    totals.set(groupId, { groupId, devices: devices + (total?.devices ?? 0), boots: boots + (total?.boots ?? 0) })
  }
  return [...totals.values()]
}

/** How many devices are in each pool. */
export function byPool(tallies: readonly GroupTally[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { pool = commonPool, devices } of tallies) counts.set(pool, (counts.get(pool) ?? 0) + devices)
  return counts
}

const Tally = z.object({
  groupId: z.string(),
  pool: z.number().default(commonPool),
  devices: z.number(),
  boots: z.number(),
})
const Tallies = z.array(Tally).nullable()

/** Runs a statement that inserts targets, and counts those of them that take part. Rows of `GroupTally`. */
export function tallySql(insert: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH written AS (${insert} RETURNING group_id, pool, state, hops)
    SELECT group_id::text AS "groupId", pool, count(*)::int AS devices,
      sum(1 + coalesce(jsonb_array_length(hops), 0))::int AS boots
    FROM written WHERE state = 'pending' GROUP BY group_id, pool`
}

/** What chunks of planning counted so far. A chunk is counted in the transaction that writes it, so exactly once. */
export async function readTally(tx: Tx, rolloutId: string): Promise<GroupTally[]> {
  const { planTally } = await tx.rollout.findUniqueOrThrow({ where: { id: rolloutId }, select: { planTally: true } })
  return Tallies.parse(planTally) ?? []
}

/** Adds what a chunk counted. Whoever plans holds the lock of the rollout. */
export async function addToTally(tx: Tx, rolloutId: string, found: readonly GroupTally[]): Promise<void> {
  if (found.length === 0) return
  const sums = new Map<string, z.infer<typeof Tally>>()
  for (const { groupId, pool = commonPool, devices, boots } of [...(await readTally(tx, rolloutId)), ...found]) {
    const key = `${groupId} ${pool}`
    const sum = sums.get(key)
    sums.set(key, { groupId, pool, devices: devices + (sum?.devices ?? 0), boots: boots + (sum?.boots ?? 0) })
  }
  const planTally = [...sums.values()].map((tally) => ({ ...tally }))
  await tx.rollout.update({ where: { id: rolloutId }, data: { planTally } })
}
