import { activeStates } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'

const waiting = Prisma.sql`ARRAY['scheduled', 'awaiting_approval']`

export interface Starting {
  readonly channelId: string
  readonly releaseId: string
}

/**
 * Condition on a rollout `r`: one of the release that starts on the channel takes its place. It is under way, or it waits
 * for its time or its approvals to bring a release that was published earlier: by then that would take the fleet back.
 */
export function supersededBySql({ channelId, releaseId }: Starting): Prisma.Sql {
  return Prisma.sql`(r.channel_id = ${channelId}::uuid AND (r.state = ANY(${[...activeStates]}::text[]) OR r.state = ANY(${waiting})
    AND (SELECT o.created_at < n.created_at FROM release o, release n WHERE o.id = r.release_id AND n.id = ${releaseId}::uuid)))`
}
