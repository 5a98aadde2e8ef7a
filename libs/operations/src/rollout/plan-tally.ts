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
  /** Of these, all that have this value of the label that the group's budget counts by, null: none. Left out: any value. */
  readonly value?: string | null | undefined
  /** How many of them download the image; all where it is left out. */
  readonly pulling?: number | undefined
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
  value: z.string().nullable().optional(),
  devices: z.number(),
  boots: z.number(),
  pulling: z.number().optional(),
})
const Tallies = z.array(Tally).nullable()

/** Rows that name a value; those of the rarest values become one for each group and pool. */
const maxValues = 1000

/** Of rows `(device_id, group_id, pool, boots, pulls)`: how many there are, as rows of `GroupTally`. */
export function tallySql(rows: Prisma.Sql): Prisma.Sql {
  // A label is read only where a budget counts by it, and then by the id of its device.
  return Prisma.sql`
    SELECT group_id::text AS "groupId", pool, CASE WHEN nth <= ${maxValues} THEN jsonb_build_object('value', value) ELSE '{}' END AS named,
      sum(devices)::int AS devices, sum(boots)::int AS boots, sum(pulling)::int AS pulling
    FROM (
      SELECT group_id, pool, value, count(*) AS devices, sum(boots) AS boots, count(*) FILTER (WHERE pulls) AS pulling,
        row_number() OVER (ORDER BY count(*) DESC, group_id, pool, value) AS nth
      FROM (${rows}) AS counted JOIN LATERAL (
        SELECT budget ->> 'groupBy' AS label FROM device_group WHERE id = counted.group_id OFFSET 0) AS g ON true
      LEFT JOIN LATERAL (
        SELECT d.labels ->> g.label AS value FROM device d WHERE g.label IS NOT NULL AND d.id = counted.device_id OFFSET 0) AS v ON true
      GROUP BY group_id, pool, value) AS valued
    GROUP BY group_id, pool, named`
}

interface TallyRow extends Omit<GroupTally, 'value'> {
  readonly named: { readonly value?: string | null }
}

/** What `tallySql` found. */
export async function tally(tx: Tx, sql: Prisma.Sql): Promise<GroupTally[]> {
  const rows = await tx.$queryRaw<TallyRow[]>(sql)
  return rows.map(({ named, ...row }) => ({ ...row, ...named }))
}

/** What chunks of planning counted so far. A chunk is counted in the transaction that writes it, so exactly once. */
export async function readTally(tx: Tx, rolloutId: string): Promise<GroupTally[]> {
  const { planTally } = await tx.rollout.findUniqueOrThrow({ where: { id: rolloutId }, select: { planTally: true } })
  return Tallies.parse(planTally) ?? []
}

/** Adds what a chunk counted. Whoever plans holds the lock of the rollout. */
export async function addToTally(tx: Tx, rolloutId: string, found: readonly GroupTally[]): Promise<void> {
  if (found.length === 0) return
  const all = merged([...(await readTally(tx, rolloutId)), ...found]).toSorted((a, b) => b.devices - a.devices)
  const rare = all.slice(maxValues).map((one) => ({ ...one, value: undefined }))
  const planTally: Prisma.InputJsonArray = merged([...all.slice(0, maxValues), ...rare]).map((one) => ({ ...one }))
  await tx.rollout.update({ where: { id: rolloutId }, data: { planTally } })
}

function merged(tallies: readonly GroupTally[]): GroupTally[] {
  const sums = new Map<string, GroupTally>()
  for (const one of tallies) {
    const key = JSON.stringify([one.groupId, one.pool ?? commonPool, one.value === undefined ? 0 : [one.value]])
    const sum = sums.get(key)
    const pulling = (one.pulling ?? one.devices) + (sum ? (sum.pulling ?? sum.devices) : 0)
    const devices = one.devices + (sum?.devices ?? 0)
    sums.set(key, { ...one, devices, boots: one.boots + (sum?.boots ?? 0), pulling })
  }
  return [...sums.values()]
}
