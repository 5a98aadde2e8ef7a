import { z } from 'zod'
import { AgentError, Attempt, Health } from '@bootfleet/contracts'
import { earlyStates, type ReportView, type TargetState, type TargetView } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { cleanLog } from '../device-link/ingest/clean-log.ts'
import { busyElsewhereSql } from './busy-elsewhere.ts'
import { goalDigestSql, placeColumnsSql, readPlace, type PlaceRow } from './target-place.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { takenByOtherSql } from './taken-by-other.ts'
import { targetsById } from './targets-by-id.ts'

// What `decide` reads of a stored report. Devices wrote it, so each part may be missing.
const StoredReport = z.object({
  grant: z.object({ id: z.string() }).nullish().catch(null),
  attempt: Attempt.nullish().catch(null),
  errors: z.array(AgentError).catch([]),
  health: Health.nullish().catch(null),
})

interface TargetRow extends PlaceRow {
  deviceId: string
  groupId: string
  bucket: string | null
  wave: number | null
  pool: number
  state: TargetState
  reason: string | null
  stateSince: Date
  dueAt: Date | null
  firstGrantedAt: Date | null
  grantId: string | null
  grantConn: string | null
  grantedAt: Date | null
  grantBootKey: string | null
  recalled: boolean
  grantsReturned: number
  grantAfter: Date | null
  returnedFor: string | null
  soakBootKey: string | null
  soakUntil: Date | null
  attempts: number
  holdsSlot: boolean
  removed: boolean
  connected: boolean
  conn: string | null
  held: boolean
  connectedAt: Date | null
  connectedMs: bigint | null
  pullFrom: bigint | null
  lastSeenAt: Date | null
  capabilities: string[] | null
  quarantined: boolean
  busyWith: string | null
  takenByOther: boolean
  desiredGen: bigint | null
  receivedAt: Date | null
  observedGen: bigint | null
  phase: string | null
  bootKey: string | null
  bootedDigest: string | null
  stagedDigest: string | null
  stagedLocked: boolean | null
  health: string | null
  report: unknown
}

/** Locks these targets and loads them with all that is known of their devices, in the rollout's order. */
export async function loadTargets(tx: Tx, rollout: RolloutRow, deviceIds: readonly string[]): Promise<TargetView[]> {
  if (deviceIds.length === 0) return []
  const sorted = deviceIds.toSorted()
  await tx.$queryRaw`SELECT 1 FROM ${targetsById(rollout.id, sorted, { lock: true, columns: Prisma.sql`device_id` })}`
  return readTargets(tx, rollout, sorted)
}

/** The same without the locks, for who only looks; at least one device. */
export async function readTargets(
  tx: Tx,
  rollout: Pick<RolloutRow, 'id' | 'releaseId' | 'parentId' | 'kind'>,
  sorted: readonly string[],
): Promise<TargetView[]> {
  const rows = await tx.$queryRaw<TargetRow[]>`
    SELECT t.device_id::text AS "deviceId", t.group_id::text AS "groupId",
      d.labels ->> (SELECT g.budget ->> 'groupBy' FROM device_group g WHERE g.id = t.group_id) AS bucket, t.wave, t.pool, t.state, t.reason,
      t.state_since AS "stateSince", t.due_at AS "dueAt", t.digest, ${placeColumnsSql},
      t.from_digest AS "fromDigest", t.first_granted_at AS "firstGrantedAt", t.grant_id::text AS "grantId", t.grant_conn::text AS "grantConn",
      t.granted_at AS "grantedAt", t.grant_boot_key AS "grantBootKey", t.recalled,
      t.grants_returned AS "grantsReturned", t.grant_after AS "grantAfter",
      CASE WHEN t.because ->> 'code' = 'grant_returned' THEN t.because ->> 'reason' END AS "returnedFor", t.soak_boot_key AS "soakBootKey",
      t.soak_until AS "soakUntil", t.attempts, b.device_id IS NOT NULL
        AND (b.rollout_id = t.rollout_id OR t.state = ANY(${[...earlyStates]}::text[])) AS "holdsSlot", d.removed_at IS NOT NULL AS removed,
      coalesce(p.online, false) AS connected, p.conn::text, x.held_since IS NOT NULL AS held, p.connected_at AS "connectedAt", p.connected_ms AS "connectedMs", t.pull_from AS "pullFrom", p.last_seen_at AS "lastSeenAt",
      p.capabilities, q.digest IS NOT NULL AS quarantined, ${busyElsewhereSql(rollout)} AS "busyWith", ${takenByOtherSql(rollout)} AS "takenByOther", x.gen AS "desiredGen", s.received_at AS "receivedAt",
      s.observed_gen AS "observedGen", s.phase, s.boot_key AS "bootKey", s.booted_digest AS "bootedDigest",
      s.staged_digest AS "stagedDigest", s.staged_locked AS "stagedLocked", s.health, s.report
    FROM ${targetsById(rollout.id, sorted)}
    JOIN release r ON r.id = ${rollout.releaseId}::uuid
    JOIN device d ON d.id = t.device_id
    LEFT JOIN device_state s ON s.device_id = t.device_id
    LEFT JOIN device_presence p ON p.device_id = t.device_id
    LEFT JOIN device_desired x ON x.device_id = t.device_id
    LEFT JOIN device_quarantine q ON q.device_id = t.device_id AND q.digest = ${goalDigestSql} AND q.lifted_at IS NULL
    LEFT JOIN budget_slot b ON b.device_id = t.device_id
    ORDER BY t.position, t.device_id`
  return rows.map(rollout.kind === 'rollback' ? toTargetBack : toTarget)
}

function toTarget(row: TargetRow): TargetView {
  const { deviceId, groupId, bucket, wave, pool, state, reason, recalled, soakBootKey, attempts } = row
  return {
    deviceId,
    groupId,
    bucket,
    wave,
    pool,
    state,
    reason,
    ...readPlace(row),
    recalled,
    soakBootKey,
    attempts,
    holdsSlot: row.holdsSlot,
    stateSince: row.stateSince.getTime(),
    pullFrom: row.pullFrom === null ? null : Number(row.pullFrom),
    dueAt: millis(row.dueAt),
    firstGrantedAt: millis(row.firstGrantedAt),
    grant: toGrant(row),
    backoff: row.grantAfter && { returned: row.grantsReturned, until: row.grantAfter.getTime() },
    returnedFor: row.returnedFor,
    soakUntil: millis(row.soakUntil),
    device: {
      removed: row.removed,
      connected: row.connected,
      // A device that is ahead of this server gets no document, and so no grant.
      conn: row.held ? null : row.conn,
      connectedAt: millis(row.connectedAt),
      connectedMs: Number(row.connectedMs ?? 0n),
      lastSeenAt: millis(row.lastSeenAt),
      canLock: row.capabilities?.includes('download_only') ?? false,
      quarantined: row.quarantined,
      busyWith: row.busyWith,
      takenByOther: row.takenByOther,
      desiredGen: Number(row.desiredGen ?? 0n),
      report: toReport(row),
    },
  }
}

// Each device goes back to its own image, from the one that the release has for it.
function toTargetBack(row: TargetRow): TargetView {
  const leaving = [row.fromDigest, row.indexDigest].filter((digest) => digest !== null)
  return { ...toTarget(row), accept: [row.digest], leaving }
}

function toGrant({ grantId, grantConn, grantedAt, grantBootKey }: TargetRow): TargetView['grant'] {
  if (grantId === null || grantedAt === null) return null
  return { id: grantId, conn: grantConn, at: grantedAt.getTime(), bootKey: grantBootKey }
}

function toReport(row: TargetRow): ReportView | null {
  if (row.receivedAt === null) return null
  return { receivedAt: row.receivedAt.getTime(), ...reportColumns(row), ...reportDocument(row.report) }
}

function reportColumns(row: TargetRow) {
  return {
    observedGen: Number(row.observedGen ?? 0n),
    phase: row.phase ?? 'idle',
    bootKey: row.bootKey ?? '',
    bootedDigest: row.bootedDigest,
    stagedDigest: row.stagedDigest,
    stagedLocked: row.stagedLocked ?? false,
    health: row.health ?? 'unknown',
  }
}

function reportDocument(report: unknown) {
  const { grant, attempt, errors, health } = StoredReport.parse(report ?? {})
  return {
    grantId: grant?.id ?? null,
    attempt: attempt
      ? { target: attempt.target, outcome: attempt.outcome ?? null, detail: attempt.detail ?? null }
      : null,
    errors: errors.map(({ code, detail, retryable, digest }) => ({ code, detail, retryable, digest: digest ?? null })),
    failedChecks: health?.failed.map(failedCheck) ?? [],
  }
}

// The last line that a check wrote tells most of what went wrong.
function failedCheck({ check, output = '' }: z.infer<typeof Health>['failed'][number]): string {
  const tail = cleanLog(output).trim().split('\n').at(-1)?.slice(-200)
  return tail ? `${check} (${tail})` : check
}

function millis(time: Date | null): number | null {
  return time?.getTime() ?? null
}
