import type { Budget } from '@bootfleet/contracts'
import { slotsOf, type BucketsView, type BucketView } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'

export interface BudgetOfGroup {
  readonly groupId: string
  readonly budget: Budget
}

interface HeldRow {
  groupId: string
  value: string | null
  taken: number
  holders: string[]
  size: number
}

const named = 5

/**
 * The buckets of budgets that count by a label, for those that hold slots: as many as there are slots at most. A device
 * counts with the label that it has now. Every other bucket has room for a device at least.
 */
export async function loadBuckets(tx: Tx, budgets: readonly BudgetOfGroup[]): Promise<Map<string, BucketsView>> {
  const counted = budgets.flatMap(({ groupId, budget }) => {
    const { groupBy: label, maxUnavailable, maxUnavailablePerValue: share = maxUnavailable } = budget
    return label === undefined ? [] : [{ groupId, label, share }]
  })
  if (counted.length === 0) return new Map()
  const rows = await tx.$queryRaw<HeldRow[]>`
    WITH held AS (
      SELECT x.group_id, x.label, x.sized, d.labels ->> x.label AS value, count(*)::int AS taken,
        (array_agg(d.name ORDER BY b.taken_at, d.name))[1:${named}::int] AS holders
      FROM UNNEST(${counted.map(({ groupId }) => groupId)}::uuid[], ${counted.map(({ label }) => label)}::text[],
        ${counted.map(({ share }) => 'percent' in share)}::bool[]) AS x(group_id, label, sized)
      JOIN budget_slot b ON b.group_id = x.group_id JOIN device d ON d.id = b.device_id
      GROUP BY x.group_id, x.label, x.sized, d.labels ->> x.label)
    SELECT held.group_id::text AS "groupId", held.value, held.taken, held.holders, CASE
      WHEN NOT held.sized THEN 0
      WHEN held.value IS NULL THEN (
        SELECT count(*)::int FROM device d
        WHERE d.group_id = held.group_id AND d.removed_at IS NULL AND d.labels ->> held.label IS NULL)
      ELSE (
        SELECT count(*)::int FROM device d
        WHERE d.group_id = held.group_id AND d.removed_at IS NULL
          AND d.labels @> jsonb_build_object(held.label, held.value)) END AS size
    FROM held`
  return new Map(
    counted.map(({ groupId, label, share }) => {
      const of = rows.filter((row) => row.groupId === groupId).map((row) => toBucket(row, slotsOf(share, row.size)))
      return [groupId, { label, of, rest: slotsOf(share, 1) }]
    }),
  )
}

function toBucket({ value, taken, holders }: HeldRow, slots: number): BucketView {
  return { value, slots, taken, holders }
}

/** Names of devices that hold slots of these groups, the longest first. */
export async function loadHolders(tx: Tx, groupIds: readonly string[]): Promise<Map<string, string[]>> {
  if (groupIds.length === 0) return new Map()
  const rows = await tx.$queryRaw<{ groupId: string; names: string[] }[]>`
    SELECT x.group_id::text AS "groupId", array_agg(holder.name ORDER BY holder.taken_at, holder.name) AS names
    FROM UNNEST(${[...groupIds]}::uuid[]) AS x(group_id) CROSS JOIN LATERAL (
      SELECT d.name, b.taken_at FROM budget_slot b JOIN device d ON d.id = b.device_id
      WHERE b.group_id = x.group_id ORDER BY b.taken_at, d.name LIMIT ${named}::int) AS holder
    GROUP BY x.group_id`
  return new Map(rows.map(({ groupId, names }) => [groupId, names]))
}
