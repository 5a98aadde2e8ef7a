import type { Budget } from '@bootfleet/contracts'
import { slotsOf } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { GroupTally } from './plan-tally.ts'

/** A value of the label that a budget counts by, null: without it. */
export interface Bucket {
  readonly value: string | null
  readonly slots: number
}

// Others need no more turns than these, as far as a share of their devices is a share of their slots.
const most = 20

/** The buckets of a group that hold its devices up most; none where its budget does not count by a label. */
export async function slowestBuckets(
  tx: Tx,
  { groupId, budget, tallies }: { groupId: string; budget: Budget; tallies: readonly GroupTally[] },
): Promise<Bucket[]> {
  const { groupBy: label, maxUnavailable, maxUnavailablePerValue: share = maxUnavailable } = budget
  if (label === undefined) return []
  const devices = new Map<string | null, number>()
  for (const { value, devices: count } of tallies)
    if (value !== undefined) devices.set(value, (devices.get(value) ?? 0) + count)
  const values = [...devices].toSorted((one, other) => other[1] - one[1]).slice(0, most)
  return slotted(tx, { groupId, label, share, values: values.map(([value]) => value) })
}

interface Slotting {
  readonly groupId: string
  readonly label: string
  readonly share: Budget['maxUnavailable']
  readonly values: readonly (string | null)[]
}

// A percentage is of all devices with the value, also of those that do not take part.
async function slotted(tx: Tx, { groupId, label, share, values }: Slotting): Promise<Bucket[]> {
  if ('count' in share) return values.map((value) => ({ value, slots: share.count }))
  const rows = await tx.$queryRaw<{ value: string | null; size: number }[]>`
    SELECT x.value, CASE
      WHEN x.value IS NULL THEN (
        SELECT count(*)::int FROM device d
        WHERE d.group_id = ${groupId}::uuid AND d.removed_at IS NULL AND d.labels ->> ${label} IS NULL)
      ELSE (
        SELECT count(*)::int FROM device d
        WHERE d.group_id = ${groupId}::uuid AND d.removed_at IS NULL
          AND d.labels @> jsonb_build_object(${label}::text, x.value)) END AS size
    FROM UNNEST(${[...values]}::text[]) AS x(value)`
  return rows.map(({ value, size }) => ({ value, slots: slotsOf(share, size) }))
}
