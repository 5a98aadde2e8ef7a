import type { Because, TargetView } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { laterSql, type laterReasons } from './convergence.ts'
import { goingBackSql, whyNotBack } from './going-back.ts'
import { readSameInBetween } from './in-between.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { targetsById } from './targets-by-id.ts'
import { readWaysBack } from './ways-back.ts'

/** What a target of a device that is there is now. */
export interface Judged {
  readonly deviceId: string
  readonly groupId: string
  readonly digest: string
  readonly fromDigest: string | null
  readonly fromBootKey: string | null
  readonly hops: unknown
  readonly blocked: Because | null
  readonly skip: string | null
  /** Whether a later rollout has the device, as `laterSql` says it. */
  readonly later: keyof typeof laterReasons | null
}

/**
 * Judges devices of a roll-back that are connected and have reported, as its planning did, by the targets of its parent. By
 * now it is known where each of them came up: who is back already, or runs neither image, does not go back.
 */
export async function judgeBack(tx: Tx, rollout: RolloutRow, targets: readonly TargetView[]): Promise<Judged[]> {
  const deviceIds = targets.map(({ deviceId }) => deviceId)
  const ways = await readWaysBack(tx, rollout)
  const { id, parentId, releaseId } = rollout
  const parents = Prisma.sql`(SELECT t.* FROM ${targetsById(parentId ?? id, deviceIds)})`
  const sameBefore = await readSameInBetween(tx, { rolloutId: parentId ?? id, releaseId })
  const rows = await tx.$queryRaw<Judged[]>`
    SELECT b.device_id::text AS "deviceId", b.group_id::text AS "groupId", b.goal AS digest, b.digest AS "fromDigest",
      b.from_boot_key AS "fromBootKey", NULL AS hops, b.blocked, b.skip,
      ${laterSql(rollout.id, Prisma.sql`b.device_id`)} AS later
    FROM (${goingBackSql({ ...rollout, ways, sameBefore, targets: parents, oneByOne: true })}) AS b`
  const judged = new Map(rows.map((row) => [row.deviceId, row]))
  return targets.map((target) => judgeOne(target, judged.get(target.deviceId) ?? unknown(target)))
}

function judgeOne(target: TargetView, row: Judged): Judged {
  const skip = whereItIs(target) ?? row.skip
  const blocked = skip === row.skip ? row.blocked : null
  return { ...row, skip, blocked: blocked ?? (skip === null ? null : whyNotBack(skip)) }
}

// Unlike at planning, nothing is undecided: the report is of this connection.
function whereItIs({ device, accept, leaving = [] }: TargetView): string | null {
  const booted = device.report?.bootedDigest ?? null
  if (booted === null || leaving.includes(booted)) return null
  return accept.includes(booted) ? 'already_on_digest' : 'other_image'
}

// The parent has not given it the release.
function unknown({ deviceId, groupId, accept, fromDigest, fromBootKey }: TargetView): Judged {
  const place = { deviceId, groupId, digest: accept[0] ?? '', fromDigest, fromBootKey, hops: null }
  return { ...place, blocked: null, skip: 'other_image', later: null }
}
