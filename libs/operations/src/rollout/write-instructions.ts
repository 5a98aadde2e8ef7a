import type { PolicySpec } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import type { PublicKeys } from '../desired/build-desired.ts'
import { writeDesired, type DesiredChange } from '../desired/write-desired.ts'
import type { TargetRowChange } from './fold-changes.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { goalDigestSql } from './target-place.ts'
import { targetsById } from './targets-by-id.ts'

export interface InstructionContext {
  readonly rollout: RolloutRow
  readonly now: Date
  readonly keys: PublicKeys
}

interface ImageRow {
  deviceId: string
  repository: string
  digest: string
  indexDigest: string | null
  requireSignatures: boolean
}

/** Turns the instructions of a turn into desired documents. */
export async function writeInstructions(
  tx: Tx,
  ctx: InstructionContext,
  rows: readonly TargetRowChange[],
): Promise<void> {
  const instructed = rows.filter(({ instruct }) => instruct !== undefined)
  if (instructed.length === 0) return
  const images = await loadImages(
    tx,
    ctx.rollout.id,
    instructed.map(({ deviceId }) => deviceId),
  )
  const changes = instructed.flatMap((row) => {
    const image = images.get(row.deviceId)
    return image ? [toDesired(row, image, ctx.rollout)] : []
  })
  const { organizationId } = ctx.rollout
  await writeDesired(tx, { organizationId, now: ctx.now, keys: ctx.keys }, changes)
}

// A device goes back to an image that may have come from elsewhere.
const repositoryOfSql = Prisma.sql`(
  SELECT k.repository FROM release k LEFT JOIN release_manifest m ON m.release_id = k.id AND m.manifest_digest = t.digest
  WHERE k.organization_id = t.organization_id AND (m.release_id IS NOT NULL OR k.index_digest = t.digest)
  ORDER BY k.created_at DESC LIMIT 1)`

async function loadImages(tx: Tx, rolloutId: string, deviceIds: string[]): Promise<Map<string, ImageRow>> {
  const rows = await tx.$queryRaw<ImageRow[]>`
    SELECT t.device_id::text AS "deviceId",
      CASE WHEN o.kind = 'rollback' THEN coalesce(${repositoryOfSql}, r.repository) ELSE r.repository END AS repository,
      ${goalDigestSql} AS digest,
      CASE WHEN o.kind = 'rollback' THEN NULL WHEN t.hops -> t.hop IS NULL THEN r.index_digest
        ELSE t.hops -> t.hop ->> 'indexDigest' END AS "indexDigest",
      c.require_signatures AS "requireSignatures"
    FROM ${targetsById(rolloutId, deviceIds)} JOIN rollout o ON o.id = t.rollout_id JOIN release r ON r.id = o.release_id
    JOIN channel c ON c.id = r.channel_id`
  return new Map(rows.map((row) => [row.deviceId, row]))
}

function toDesired(
  { deviceId, instruct, state }: TargetRowChange,
  image: ImageRow,
  rollout: RolloutRow,
): DesiredChange {
  const { policy } = rollout
  // An offer or a grant makes the document this rollout's; anything else must not undo what a newer one wrote.
  const onlyOwn = state !== 'offered' && instruct?.kind !== 'apply'
  const common = { deviceId, rolloutId: rollout.id, onlyOwn, ...timesOf(policy) }
  const wanted = {
    ref: `${image.repository}@${image.digest}`,
    accept: [...new Set([image.digest, ...(image.indexDigest ? [image.indexDigest] : [])])],
    ...(image.requireSignatures && { requireSignatures: true as const }),
  }
  if (instruct?.kind === 'stage') return { ...common, image: wanted, phase: 'staged' }
  if (instruct?.kind !== 'apply') return { ...common, image: null, phase: 'none' }
  return {
    ...common,
    image: wanted,
    phase: 'applied',
    grant: { id: instruct.grantId, conn: instruct.conn, ttlSec: policy.timeouts.grantSec },
    ...(instruct.windowUntil !== null && { windowUntil: new Date(instruct.windowUntil) }),
  }
}

function timesOf({ jitterSec, timeouts, waves, healthUnits = [], softReboot = false }: PolicySpec) {
  // A soak ends at the first sign of life after its deadline, so a short soak wants short heartbeats.
  const shortestSoak = Math.min(...waves.map(({ soakSec }) => soakSec))
  const heartbeatSec = Math.min(60, Math.max(2, Math.floor(shortestSoak / 2)))
  return {
    jitterSec,
    healthTimeoutSec: timeouts.healthSec,
    onUnhealthy: 'rollback' as const,
    healthUnits,
    softReboot,
    heartbeatSec,
  }
}
