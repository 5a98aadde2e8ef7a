import { z } from 'zod'
import { Prisma, type Tx } from '@bootfleet/db'

/** Devices of a group that take part, and how many releases they boot together. */
export interface GroupTally {
  readonly groupId: string
  readonly devices: number
  readonly boots: number
}

const Tallies = z.array(z.object({ groupId: z.string(), devices: z.number(), boots: z.number() })).nullable()

/** Runs a statement that inserts targets, and counts those of them that take part. Rows of `GroupTally`. */
export function tallySql(insert: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH written AS (${insert} RETURNING group_id, state, hops)
    SELECT group_id::text AS "groupId", count(*)::int AS devices,
      sum(1 + coalesce(jsonb_array_length(hops), 0))::int AS boots
    FROM written WHERE state = 'pending' GROUP BY group_id`
}

/** What chunks of planning counted so far. A chunk is counted in the transaction that writes it, so exactly once. */
export async function readTally(tx: Tx, rolloutId: string): Promise<GroupTally[]> {
  const { planTally } = await tx.rollout.findUniqueOrThrow({ where: { id: rolloutId }, select: { planTally: true } })
  return Tallies.parse(planTally) ?? []
}

/** Adds what a chunk counted. Whoever plans holds the lock of the rollout. */
export async function addToTally(tx: Tx, rolloutId: string, found: readonly GroupTally[]): Promise<void> {
  if (found.length === 0) return
  const sums = new Map<string, GroupTally>()
  for (const { groupId, devices, boots } of [...(await readTally(tx, rolloutId)), ...found]) {
    const sum = sums.get(groupId)
    sums.set(groupId, { groupId, devices: devices + (sum?.devices ?? 0), boots: boots + (sum?.boots ?? 0) })
  }
  const planTally = [...sums.values()].map((tally) => ({ ...tally }))
  await tx.rollout.update({ where: { id: rolloutId }, data: { planTally } })
}
