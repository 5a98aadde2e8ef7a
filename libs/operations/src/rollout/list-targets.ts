import { z } from 'zod'
import type { Because, Page, Target } from '@bootfleet/contracts'
import { failureStates, type TargetState } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { readCursor, toPage } from '../page.ts'
import { presentHop } from './present-hop.ts'
import { goalDigestSql, placeColumnsSql, type PlaceRow } from './target-place.ts'

export interface ListTargetsInput {
  readonly rollout: string
  readonly state?: string | undefined
  readonly wave?: number | undefined
  readonly excused?: 'true' | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

interface Row extends PlaceRow {
  deviceId: string
  deviceName: string
  wave: number | null
  position: bigint
  state: TargetState
  reason: string | null
  because: Because
  stateSince: Date
  grantedAt: Date | null
  soakUntil: Date | null
  holdsSlot: boolean
  excusedAt: Date | null
  excusedBy: string | null
  downloadedPercent: number | null
}

const TargetCursor = z.tuple([
  z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(BigInt),
  z.uuid(),
])

/** Targets of a rollout in its order. While a stratified rollout is planned, those without a rank are in none yet. */
export function listTargets(ctx: Ctx, input: ListTargetsInput): Promise<Page<Target>> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    if ((await tx.rollout.count({ where: { id: input.rollout } })) === 0) throw notFound('rollout', input.rollout)
    const keys = ({ position, deviceId }: Row) => [String(position), deviceId]
    return toPage(await readRows(tx, input), input.limit, { present: toTarget, keys })
  })
}

function readRows(tx: Tx, { rollout, state, wave, excused, cursor, limit }: ListTargetsInput): Promise<Row[]> {
  const after = readCursor(TargetCursor, cursor)
  const conditions = [
    Prisma.sql`t.rollout_id = ${rollout}::uuid AND t.position >= 0`,
    ...(state === undefined ? [] : [Prisma.sql`t.state = ${state}`]),
    ...(wave === undefined ? [] : [Prisma.sql`t.wave = ${wave}`]),
    ...(excused === undefined ? [] : [excusedSql]),
    ...(after ? [Prisma.sql`(t.position, t.device_id) > (${after[0]}, ${after[1]}::uuid)`] : []),
  ]
  return tx.$queryRaw<Row[]>`
    SELECT t.device_id::text AS "deviceId", d.name AS "deviceName", t.wave, t.position, t.state, t.reason, t.because,
      t.digest, t.from_digest AS "fromDigest", ${placeColumnsSql}, t.state_since AS "stateSince", t.granted_at AS "grantedAt",
      t.soak_until AS "soakUntil", b.device_id IS NOT NULL AS "holdsSlot",
      t.excused_at AS "excusedAt", t.excused_by AS "excusedBy",
      CASE WHEN t.state = 'downloading' AND p.bytes_total > 0
        THEN floor(LEAST(p.bytes, p.bytes_total) * 100.0 / p.bytes_total)::int END AS "downloadedPercent"
    FROM rollout_target t JOIN device d ON d.id = t.device_id
    JOIN rollout o ON o.id IS NOT DISTINCT FROM t.rollout_id JOIN release r ON r.id = o.release_id
    LEFT JOIN budget_slot b ON b.device_id = t.device_id AND b.rollout_id = t.rollout_id
    LEFT JOIN device_progress p ON p.device_id = t.device_id AND p.digest = ${goalDigestSql}
    WHERE ${Prisma.join(conditions, ' AND ')}
    ORDER BY t.position, t.device_id LIMIT ${limit + 1}`
}

// Who became healthy after all is excused no more.
const excusedSql = Prisma.sql`t.excused_at IS NOT NULL AND t.state = ANY(${[...failureStates]})`

function excusedOf({ state, excusedAt, excusedBy }: Row): Target['excused'] {
  if (excusedAt === null || !failureStates.some((failure) => failure === state)) return null
  return { by: excusedBy ?? 'an operator', at: excusedAt.toISOString() }
}

function toTarget(row: Row): Target {
  const { deviceId, deviceName, wave, position, state, reason, because, digest, stateSince, grantedAt, soakUntil } = row
  return {
    deviceId,
    deviceName,
    wave,
    position: Number(position),
    state,
    reason,
    because,
    digest,
    hop: presentHop(row),
    fromDigest: row.fromDigest,
    stateSince: stateSince.toISOString(),
    grantedAt: grantedAt?.toISOString() ?? null,
    soakUntil: soakUntil?.toISOString() ?? null,
    excused: excusedOf(row),
    holdsSlot: row.holdsSlot,
    downloadedPercent: row.downloadedPercent,
  }
}
