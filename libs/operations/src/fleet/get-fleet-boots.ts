import type { FleetBoots } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'

const dayMs = 86_400_000
const maxBuckets = 100
const bucketLengths = [60, 300, 900, 3600, 6 * 3600, 86_400, 7 * 86_400]

interface Counts {
  boots: number
  succeeded: number
  failed: number
  rolledBack: number
}

/**
 * Boots over time, in at most about a hundred buckets. A boot succeeded when it was healthy and of the image that was
 * meant to boot, if one was. Throws `invalid` for a `since` that lies ahead or more than 400 days back.
 */
export async function getFleetBoots(ctx: Ctx, input: { since?: string | undefined }): Promise<FleetBoots> {
  authorize(ctx, 'fleet:read')
  const until = ctx.services.now()
  const since = readSince(input.since, until)
  const bucketSec = bucketLength(until.getTime() - since.getTime())
  const rows = await inOrganization(
    ctx,
    (tx) => tx.$queryRaw<(Counts & { at: Date })[]>`
      SELECT to_timestamp(floor(extract(epoch FROM received_at) / ${bucketSec}::int) * ${bucketSec}::int) AS at,
             count(*)::int AS boots,
             count(*) FILTER (WHERE health = 'healthy' AND NOT fell)::int AS succeeded,
             count(*) FILTER (WHERE health = 'unhealthy' OR fell)::int AS failed,
             count(*) FILTER (WHERE outcome = 'rolled_back')::int AS "rolledBack"
      FROM (SELECT *, outcome IN ('finalize_failed', 'never_finalized', 'rolled_back', 'diverged') AS fell
            FROM boot_record
            WHERE organization_id = ${ctx.organizationId}::uuid AND received_at >= ${since} AND received_at <= ${until}) b
      GROUP BY 1 ORDER BY 1`,
  )
  const total = rows.reduce<Counts>(add, { boots: 0, succeeded: 0, failed: 0, rolledBack: 0 })
  const buckets = rows.map((row) => ({
    ...add({ boots: 0, succeeded: 0, failed: 0, rolledBack: 0 }, row),
    at: row.at.toISOString(),
  }))
  return { since: since.toISOString(), until: until.toISOString(), bucketSec, total, buckets }
}

function add(one: Counts, other: Counts): Counts {
  return {
    boots: one.boots + other.boots,
    succeeded: one.succeeded + other.succeeded,
    failed: one.failed + other.failed,
    rolledBack: one.rolledBack + other.rolledBack,
  }
}

function bucketLength(spanMs: number): number {
  return bucketLengths.find((seconds) => spanMs / 1000 / seconds <= maxBuckets) ?? 7 * 86_400
}

function readSince(given: string | undefined, until: Date): Date {
  if (given === undefined) return new Date(until.getTime() - dayMs)
  const since = new Date(given)
  if (since <= until && since.getTime() >= until.getTime() - 400 * dayMs) return since
  throw new OperationError('invalid', 'Give a time within the last 400 days.', { field: 'since' })
}
