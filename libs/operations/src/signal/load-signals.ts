import { busyStates, failureStates, type SignalView } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { selectorSql } from '../device/selector-sql.ts'

interface InForce {
  readonly id: string
  readonly name: string
  readonly message: string
  readonly selector: string | null
  readonly deviceIds: string[]
  readonly expiresAt: Date
}

/** What of a rollout its signals depend on. */
export interface SignalledRollout {
  readonly id: string
  readonly organizationId: string
}

const appliedStates = [...busyStates, 'succeeded', ...failureStates]

/**
 * Unhealthy signals in force that began after an operator last accepted them for this rollout, with its targets that each
 * is about. One look at an index while there are none, which is nearly always; else the targets are read once per signal.
 */
export async function loadSignals(tx: Tx, rollout: SignalledRollout, now: Date): Promise<SignalView[]> {
  const rows = await tx.$queryRaw<InForce[]>`
    SELECT s.id::text, s.name, s.message, s.selector, s.device_ids::text[] AS "deviceIds", s.expires_at AS "expiresAt"
    FROM health_signal s JOIN rollout r ON r.id = ${rollout.id}::uuid
    WHERE s.organization_id = ${rollout.organizationId}::uuid AND s.ended_at IS NULL AND s.expires_at > ${now}
      AND (r.signals_accepted_at IS NULL OR s.since > r.signals_accepted_at)
    ORDER BY s.since, s.id`
  const views: SignalView[] = []
  for (const { id, name, message, expiresAt, ...about } of rows)
    views.push({ id, name, message, until: expiresAt.getTime(), waves: await countTargets(tx, rollout, about) })
  return views
}

function countTargets(tx: Tx, { id }: SignalledRollout, about: Pick<InForce, 'selector' | 'deviceIds'>) {
  return tx.$queryRaw<{ index: number; devices: number; applied: number }[]>`
    SELECT t.wave AS index, count(*)::int AS devices,
      count(*) FILTER (WHERE t.state = ANY(${appliedStates}::text[]))::int AS applied
    FROM rollout_target t JOIN device d ON d.id = t.device_id AND d.removed_at IS NULL
    WHERE t.rollout_id = ${id}::uuid AND t.wave IS NOT NULL AND NOT t.state IN ('skipped', 'reverted') AND ${aboutSql(about)}
    GROUP BY t.wave ORDER BY t.wave`
}

/** Condition on `device`, which the query must call `d`: whether a signal is about it. */
export function aboutSql({ selector, deviceIds }: Pick<InForce, 'selector' | 'deviceIds'>): Prisma.Sql {
  if (selector !== null) return Prisma.sql`(${selectorSql(selector)})`
  return deviceIds.length === 0 ? Prisma.sql`true` : Prisma.sql`d.id = ANY(${deviceIds}::uuid[])`
}
