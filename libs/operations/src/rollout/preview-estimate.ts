import type { Tx } from '@bootfleet/db'
import { eligibilitySql, type Selection } from './eligibility.ts'
import { estimatePlan, type EstimatedPlan } from './estimate-plan.ts'
import type { GroupTally } from './plan-tally.ts'

type Planned = Omit<EstimatedPlan, 'channelId'>

/** When the rollout would be finished if every device connects and succeeds; `null` when nobody takes part. */
export function previewEstimate(tx: Tx, selection: Selection, planned: Planned) {
  return estimatePlan(tx, { ...planned, channelId: selection.channelId })
}

/** Devices that take part, by group. */
export function readTallies(tx: Tx, selection: Selection): Promise<GroupTally[]> {
  return tx.$queryRaw<GroupTally[]>`
    SELECT group_id::text AS "groupId", pool, count(*)::int AS devices,
      sum(1 + coalesce(jsonb_array_length(hops), 0))::int AS boots
    FROM (${eligibilitySql(selection)}) AS e WHERE skip IS NULL GROUP BY group_id, pool`
}
