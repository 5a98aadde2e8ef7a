import { Prisma, type Tx } from '@bootfleet/db'
import { eligibilitySql, type Selection } from './eligibility.ts'
import { estimatePlan, type EstimatedPlan } from './estimate-plan.ts'
import { tally, tallySql, type GroupTally } from './plan-tally.ts'

type Planned = Omit<EstimatedPlan, 'channelId'>

/** When the rollout would be finished if every device connects and succeeds; `null` when nobody takes part. */
export function previewEstimate(tx: Tx, selection: Selection, planned: Planned) {
  return estimatePlan(tx, { ...planned, channelId: selection.channelId })
}

/** Devices that take part, by group. */
export function readTallies(tx: Tx, selection: Selection): Promise<GroupTally[]> {
  const rows = Prisma.sql`
    SELECT device_id, group_id, pool, 1 + coalesce(jsonb_array_length(hops), 0) AS boots, true AS pulls
    FROM (${eligibilitySql(selection)}) AS e WHERE skip IS NULL`
  return tally(tx, tallySql(rows))
}
