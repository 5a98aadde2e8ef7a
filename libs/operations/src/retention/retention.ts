import { Prisma } from '@bootfleet/db'

/** How the rows of one growing table end. */
export interface RetentionRule {
  readonly table: string
  /** Hours that a row is kept. */
  readonly keepHours: number
  /** In words, for people: since when the hours count. */
  readonly after: string
  /** At most `limit` rows (their `ctid`) that were over before `cutoff`. Must not read the whole table to find none. */
  readonly find: (cutoff: Date, limit: number) => Prisma.Sql
}

const day = 24

/** Every table that grows with time, in the order in which it is pruned. */
export const retentionRules: readonly RetentionRule[] = [
  {
    table: 'outbox',
    keepHours: day,
    after: 'it was published',
    find: oldestBy('outbox', { order: 'published_seq', time: 'published_at' }),
  },
  {
    table: 'idempotency_key',
    keepHours: day,
    after: 'the request',
    find: oldestBy('idempotency_key', { order: 'created_at', time: 'created_at' }),
  },
  {
    table: 'session',
    keepHours: 0,
    after: 'it expired',
    find: oldestBy('session', { order: 'expires_at', time: 'expires_at' }),
  },
  {
    table: 'ingest_reject',
    keepHours: 7 * day,
    after: 'it was refused',
    find: oldestBy('ingest_reject', { order: 'at', time: 'at' }),
  },
  {
    table: 'device_event',
    keepHours: 90 * day,
    after: 'it happened',
    find: oldestBy('device_event', { order: 'at', time: 'at' }),
  },
  {
    table: 'device_log',
    keepHours: 14 * day,
    after: 'it was received',
    find: oldestBy('device_log', { order: 'received_at', time: 'received_at' }),
  },
  {
    table: 'health_signal',
    keepHours: 90 * day,
    after: 'it ended or expired',
    // Per organization, since the index on the beginning starts with it. Nothing lasts longer than it may be kept.
    find: (cutoff, limit) => Prisma.sql`
      SELECT signal.ctid FROM organization, LATERAL (
        SELECT ctid, coalesce(ended_at, expires_at) AS ended FROM health_signal
        WHERE organization_id = organization.id ORDER BY since LIMIT ${limit}
      ) signal WHERE signal.ended < ${cutoff} LIMIT ${limit}`,
  },
  {
    table: 'enrollment',
    keepHours: 90 * day,
    after: 'it was decided',
    find: (cutoff, limit) => Prisma.sql`SELECT ctid FROM enrollment WHERE decided_at < ${cutoff} LIMIT ${limit}`,
  },
  {
    table: 'boot_record',
    keepHours: 400 * day,
    after: 'it was received',
    // Per organization, since the index on the time of receipt starts with it.
    find: (cutoff, limit) => Prisma.sql`
      SELECT record.ctid FROM organization, LATERAL (
        SELECT ctid FROM boot_record
        WHERE organization_id = organization.id AND received_at < ${cutoff} ORDER BY received_at LIMIT ${limit}
      ) record LIMIT ${limit}`,
  },
  {
    table: 'audit_entry',
    keepHours: 400 * day,
    after: 'it was written',
    find: oldestBy('audit_entry', { order: 'id', time: 'at' }),
  },
  // A rollout goes last, after the rows that its deletion would cascade to: each statement stays small.
  { table: 'rollout_event', keepHours: 400 * day, after: 'the rollout ended', find: ofEndedRollouts('rollout_event') },
  {
    table: 'rollout_target',
    keepHours: 400 * day,
    after: 'the rollout ended',
    find: ofEndedRollouts('rollout_target'),
  },
  { table: 'rollout_wave', keepHours: 400 * day, after: 'the rollout ended', find: ofEndedRollouts('rollout_wave') },
  {
    table: 'rollout',
    keepHours: 400 * day,
    after: 'it ended',
    find: (cutoff, limit) => Prisma.sql`
      SELECT ctid FROM rollout WHERE ended_at < ${cutoff} AND ${notCurrent}
        AND NOT EXISTS (SELECT FROM rollout_event WHERE rollout_id = rollout.id)
        AND NOT EXISTS (SELECT FROM rollout_target WHERE rollout_id = rollout.id)
      LIMIT ${limit}`,
  },
]

/** Tables without a rule, and why they need none: their size follows from what exists, not from time. */
export const notGrowing: Readonly<Record<string, string>> = {
  organization: 'one row per tenant',
  installation_key: 'a few rows; retired keys still verify what they signed',
  user_account: 'one row per person',
  api_token: 'one row per token that an operator made; the audit refers to it',
  registry_credential: 'one row per registry or repository',
  channel: 'one row per channel',
  release: 'one row per release that an operator published; goes with its channel',
  release_manifest: 'one row per release and architecture; goes with its release',
  policy: 'one row per policy',
  rollout_approval: 'one row per person and rollout; goes with its rollout',
  policy_version: 'one row per change that a person made to a policy; goes with its policy',
  device_group: 'one row per group',
  device_group_count: 'at most eight rows per group; goes with it',
  device: 'one row per machine that ever enrolled; its history refers to it',
  device_certificate: 'one row per device and rotation; an expired device finds its way back by it',
  device_state: 'one row per device',
  device_presence: 'one row per device',
  device_progress: 'one row per device',
  device_desired: 'one row per device',
  device_document: 'one row per device and kind',
  device_quarantine: 'one row per device and digest that failed on it',
  rollout_count: 'one row per wave and state of a rollout; goes with it',
  budget_slot: 'at most one row per device; freed by a report',
  enrollment_token: 'one row per token that an operator made',
}

/** For rows whose `order` (indexed) grows with `time`: looks at the first ones in that order only. */
function oldestBy(table: string, columns: { order: string; time: string }): RetentionRule['find'] {
  const [from, order, time] = [table, columns.order, columns.time].map((name) => Prisma.raw(`"${name}"`))
  return (cutoff, limit) => Prisma.sql`
    SELECT oldest.ctid FROM (SELECT ctid, ${time} AS time FROM ${from} ORDER BY ${order} LIMIT ${limit}) oldest
    WHERE oldest.time < ${cutoff}`
}

// Devices still converge to the one that is current on its channel, however long ago it ended.
const notCurrent = Prisma.sql`NOT EXISTS (SELECT FROM channel WHERE channel.current_rollout_id = rollout.id)`

function ofEndedRollouts(table: string): RetentionRule['find'] {
  const from = Prisma.raw(`"${table}"`)
  return (cutoff, limit) => Prisma.sql`
    SELECT part.ctid FROM ${from} part JOIN rollout ON rollout.id = part.rollout_id
    WHERE rollout.ended_at < ${cutoff} AND ${notCurrent} LIMIT ${limit}`
}
