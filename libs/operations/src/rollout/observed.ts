import { activeStates } from '@bootfleet/domain'
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
export function isObservationOver({ state, endedAt, policy }: RolloutRow, now: Date): boolean {
  return (
    (state === 'completed' || state === 'superseded') &&
    endedAt !== null &&
    endedAt.getTime() + policy.observeForSec * 1000 <= now.getTime()
  )
}
