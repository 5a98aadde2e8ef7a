import { Budget } from '@bootfleet/contracts'
import type { Because } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { eligibilitySql, type Selection } from './eligibility.ts'
import type { GroupTotal } from './plan-tally.ts'

interface SlowRow {
  name: string
  label: string
  value: string | null
  devices: number
  slots: number
  turns: number
  groupTurns: number
}

/**
 * Warns of budgets that count by a label, where the devices of one value need more turns than the group alone would: the
 * slowest value of each such group.
 */
export async function warnOfBuckets(tx: Tx, selection: Selection, groups: readonly GroupTotal[]): Promise<Because[]> {
  const counted = (await readBudgets(tx, groups)).filter(({ budget }) => budget.groupBy !== undefined)
  if (counted.length === 0) return []
  const shares = counted.map(({ budget }) => budget.maxUnavailablePerValue ?? budget.maxUnavailable)
  const whole = counted.map(({ budget }) => budget.maxUnavailable)
  const counts = (list: typeof whole) => list.map((share) => ('count' in share ? share.count : null))
  const percents = (list: typeof whole) => list.map((share) => ('percent' in share ? share.percent : null))
  const rows = await tx.$queryRaw<SlowRow[]>`
    WITH asked AS (
      SELECT * FROM UNNEST(${counted.map(({ id }) => id)}::uuid[], ${counted.map(({ budget }) => budget.groupBy ?? '')}::text[],
        ${counts(shares)}::int[], ${percents(shares)}::int[], ${counts(whole)}::int[], ${percents(whole)}::int[])
        AS x(group_id, label, count, percent, group_count, group_percent)),
    sized AS (
      SELECT x.*, d.labels ->> x.label AS value, count(*) AS size, count(e.device_id) AS devices
      FROM asked x JOIN device d ON d.group_id = x.group_id AND d.removed_at IS NULL
      LEFT JOIN (SELECT device_id FROM (${eligibilitySql(selection)}) AS all_of WHERE skip IS NULL) AS e ON e.device_id = d.id
      GROUP BY 1, 2, 3, 4, 5, 6, 7),
    slotted AS (
      SELECT *, coalesce(count, greatest(1, size * percent / 100)) AS slots,
        coalesce(group_count, greatest(1, sum(size) OVER whole * group_percent / 100)) AS group_slots,
        sum(devices) OVER whole AS group_devices
      FROM sized WINDOW whole AS (PARTITION BY group_id)),
    slow AS (
      SELECT *, ceil(devices::numeric / slots) AS turns, ceil(group_devices / group_slots) AS group_turns,
        row_number() OVER (PARTITION BY group_id ORDER BY ceil(devices::numeric / slots) DESC, value) AS nth
      FROM slotted)
    SELECT g.name, label, value, devices::int, slots::int, turns::int, group_turns::int AS "groupTurns"
    FROM slow JOIN device_group g ON g.id = slow.group_id WHERE nth = 1 AND turns > group_turns ORDER BY turns DESC LIMIT 10`
  return rows.map(toWarning)
}

async function readBudgets(tx: Tx, groups: readonly GroupTotal[]) {
  const ids = groups.map(({ groupId }) => groupId)
  const rows = await tx.deviceGroup.findMany({ where: { id: { in: ids } }, select: { id: true, budget: true } })
  return rows.map(({ id, budget }) => ({ id, budget: Budget.parse(budget) }))
}

function toWarning({ name, label, value, devices, slots, turns, groupTurns }: SlowRow): Because {
  const whose = value === null ? `devices without the label "${label}"` : `devices with ${label}=${value}`
  const message =
    `In group "${name}" at most ${slots} of the ${devices} ${whose} may be down at a time, which takes ${turns} turns; ` +
    `the budget of the group alone would take ${groupTurns}. The estimate counts that.`
  return { code: 'preview.buckets', message, group: name, label, value, devices, slots, turns, groupTurns }
}
