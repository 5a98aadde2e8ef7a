import type { Because, PolicySpec, RolloutState } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { notFound } from '../errors.ts'
import { takesBackSql } from './takes-back-sql.ts'

/** A rollout row, held by this transaction: whoever moves a rollout takes this lock first. */
export interface RolloutRow {
  readonly id: string
  readonly organizationId: string
  readonly channelId: string
  readonly releaseId: string
  /** `rollback`: it takes the devices of its parent back. */
  readonly kind: string
  readonly parentId: string | null
  /** Of one that is `rolling_back`: the roll-back that takes its devices back. */
  readonly rollbackId: string | null
  readonly haltedAt: Date | null
  readonly state: RolloutState
  readonly because: Because
  readonly policy: PolicySpec
  readonly selector: string | null
  readonly exclude: string | null
  readonly startAt: Date | null
  readonly plannedAt: Date | null
  readonly planCursor: string | null
  readonly eligible: number | null
  readonly wakeAt: Date | null
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** When it was expected to be finished, as `keptEstimate` reads it. */
  readonly estimate: unknown
  /** It brought what the devices of the channel belong on. */
  readonly current: boolean
  /** It is current again: devices may have joined that it does not know. */
  readonly seeksJoiners: boolean
  /** It took devices back and is over: who was away, or is tried again, goes back all the same. */
  readonly takesBack: boolean
}

/** Locks a rollout; `undefined` when there is none. */
export async function lockRollout(tx: Tx, id: string): Promise<RolloutRow | undefined> {
  const rows = await tx.$queryRaw<RolloutRow[]>(Prisma.sql`${rowSql(id)} FOR UPDATE`)
  return rows[0]
}

/** The same without the lock, for who only looks. */
export async function readRolloutRow(tx: Tx, id: string): Promise<RolloutRow | undefined> {
  const rows = await tx.$queryRaw<RolloutRow[]>(rowSql(id))
  return rows[0]
}

function rowSql(id: string): Prisma.Sql {
  return Prisma.sql`
    SELECT id::text, organization_id::text AS "organizationId", channel_id::text AS "channelId",
      release_id::text AS "releaseId", kind, parent_id::text AS "parentId", CASE WHEN state = 'rolling_back' THEN
        (SELECT b.id::text FROM rollout b WHERE b.parent_id = r.id ORDER BY b.created_at DESC LIMIT 1) END AS "rollbackId", halted_at AS "haltedAt", state, because, policy,
      selector, exclude, start_at AS "startAt", planned_at AS "plannedAt",
      plan_cursor::text AS "planCursor", eligible, wake_at AS "wakeAt", started_at AS "startedAt", ended_at AS "endedAt",
      estimate,
      coalesce((SELECT c.current_rollout_id = r.id FROM channel c WHERE c.id = r.channel_id), false) AS current,
      EXISTS (SELECT 1 FROM channel c WHERE c.id = r.channel_id AND c.current_rollout_id = r.id AND c.join_cursor IS NOT NULL) AS "seeksJoiners",
      ${takesBackSql} AS "takesBack"
    FROM rollout r WHERE id = ${id}::uuid`
}

/** Locks a rollout or says that there is none. */
export async function lockKnownRollout(tx: Tx, id: string): Promise<RolloutRow> {
  const row = await lockRollout(tx, id)
  if (!row) throw notFound('rollout', id)
  return row
}
