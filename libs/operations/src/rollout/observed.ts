import { activeStates, endStates } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

/**
 * Condition on `rollout`, which the query must call `r`: it still looks at what its devices report. Active ones do, and
 * completed and superseded ones until their observation is over; then their ends are final.
 */
export function observedSql(now: Date): Prisma.Sql {
  return Prisma.sql`(r.state = ANY(${[...activeStates]}::text[])
    OR r.state = 'superseded' AND r.ended_at IS NULL
    OR r.state IN ('completed', 'superseded') AND r.ended_at + make_interval(secs => (r.policy ->> 'observeForSec')::int) > ${now})`
}

/** Whether the ends of a rollout's targets are final: it completed or gave way, and nobody observes it any more. */
export function isObservationOver(rollout: RolloutRow, now: Date): boolean {
  return (observedUntil(rollout) ?? Infinity) <= now.getTime()
}

/** When the observation of a rollout that completed or gave way is over, in milliseconds; `null` while it is under way. */
export function observedUntil({ state, endedAt, policy }: RolloutRow): number | null {
  if ((state !== 'completed' && state !== 'superseded') || endedAt === null) return null
  return endedAt.getTime() + policy.observeForSec * 1000
}

/**
 * Condition on a target `t` of a rollout `r`: a report may change it. That ends with the observation of the rollout, and for
 * who converged to it afterwards as much later.
 */
export function observedTargetSql(now: Date): Prisma.Sql {
  return Prisma.sql`(${observedSql(now)} OR r.state = 'completed' AND (t.state <> ALL(${[...endStates]}::text[])
    OR t.state_since + make_interval(secs => (r.policy ->> 'observeForSec')::int) > ${now}))`
}
