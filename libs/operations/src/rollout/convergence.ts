import { activeStates, earlyStates, endStates } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { hiddenId } from './hidden-id.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { cameAfter, takesBackSql, wholeOnChannel } from './takes-back-sql.ts'

/** Why a target is skipped that is opened again when its device is there: it waits for that. */
export const waitingReasons = ['unreachable', 'joined_late', 'superseded'] as const

const underWay = Prisma.sql`n.state = ANY(${[...activeStates]}::text[])`

/** Condition on a rollout `r` that is the channel's current one: nothing newer is on its way to the whole channel. */
export const unchallengedSql = Prisma.sql`NOT EXISTS (${wholeOnChannel} AND ${underWay})`

/**
 * Whether devices that come late or come back converge to a rollout: it completed, it brought what is current on its
 * channel, and nothing newer is on its way to the whole channel. Or it took devices back, and those that were away go back.
 */
export async function readConverges(tx: Tx, { id, state, kind, current }: RolloutRow): Promise<boolean> {
  if (state !== 'completed' || (kind !== 'rollback' && !current)) return false
  const free =
    kind === 'rollback'
      ? Prisma.sql`${takesBackSql} AND NOT EXISTS (${wholeOnChannel} AND ${cameAfter} AND ${underWay})`
      : unchallengedSql
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM rollout r WHERE r.id = ${id}::uuid AND ${free}`
  return rows.length > 0
}

/**
 * Whether a newer rollout holds up devices that are connected and wait for a completed rollout. Nothing that they report
 * tells when that is over.
 */
export async function readHeldUp(tx: Tx, { id, state, kind, current }: RolloutRow): Promise<boolean> {
  if (state !== 'completed' || (kind !== 'rollback' && !current)) return false
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM rollout r WHERE r.id = ${id}::uuid AND (r.kind <> 'rollback' OR ${takesBackSql}) AND EXISTS (
      SELECT 1 FROM rollout_target t JOIN device_presence p ON p.device_id = t.device_id AND p.online
      WHERE t.rollout_id = ${hiddenId(id)} AND t.state = 'skipped' AND t.reason = 'superseded')`
  return rows.length > 0
}

/**
 * Condition on a target `t` of a rollout `r`: it is skipped, and opened again once its device is connected and has
 * reported. While the rollout runs that is who was given up; once it is the channel's current one, also who joined since.
 * Of a roll-back that is over it is who was away.
 */
export const waitsForDeviceSql = Prisma.sql`(t.state = 'skipped' AND t.reason = ANY(${[...waitingReasons]}::text[]) AND (
  r.state IN ('running', 'pausing', 'paused') AND t.reason = 'unreachable'
  OR r.state = 'completed' AND r.kind <> 'rollback'
    AND r.id = (SELECT c.current_rollout_id FROM channel c WHERE c.id = r.channel_id)
  OR ${takesBackSql}))`

/** Condition on a rollout `r`: it is under way, or devices converge to it. */
export const decidesSql = Prisma.sql`(r.state = ANY(${[...activeStates]}::text[]) OR r.state = 'completed' AND EXISTS (
  SELECT 1 FROM rollout_count n WHERE n.rollout_id = r.id AND n.state = ANY(${[...earlyStates, 'granted']}::text[]) AND n.count > 0))`

/**
 * What a later rollout of the channel of a rollout means for a device: `gives` while one that is under way has it as a
 * target, or one that was rolled back has not let it go yet; `gave` when one that is over has given it something else; NULL
 * where there is none. What that skipped or took back it has not.
 */
export function laterSql(rolloutId: string, deviceId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT CASE WHEN lr.state = ANY(${[...activeStates]}::text[]) OR back.waits THEN 'gives' ELSE 'gave' END
    FROM rollout_target l JOIN rollout lr ON lr.id = l.rollout_id JOIN rollout o ON o.id = ${rolloutId}::uuid
    LEFT JOIN LATERAL (${backSql}) AS back ON true
    WHERE l.device_id = ${deviceId} AND lr.channel_id = o.channel_id AND lr.id <> o.id AND lr.kind <> 'rollback'
      AND lr.started_at > o.started_at AND l.state NOT IN ('skipped', 'reverted') AND back.done IS NOT TRUE
    ORDER BY lr.started_at DESC LIMIT 1)`
}

// Who was away while a rollout was rolled back goes back later, and that target does not follow it any more.
const backSql = Prisma.sql`
  SELECT b.state = 'succeeded' OR b.state = 'skipped' AND b.reason = 'already_on_digest' AS done,
    b.state <> ALL(${[...endStates]}::text[]) OR b.state = 'skipped' AND b.reason = ANY(${[...waitingReasons]}::text[]) AS waits
  FROM rollout br JOIN rollout_target b ON b.rollout_id = br.id AND b.device_id = l.device_id
  WHERE lr.state = 'rolled_back' AND br.parent_id = lr.id ORDER BY br.started_at DESC LIMIT 1`

/** Why a target is skipped whose device a later rollout has: for good, or until that has let it go. */
export const laterReasons = {
  gave: {
    reason: 'taken_over',
    because: {
      code: 'target.taken_over',
      message: 'A later rollout of the channel has given the device another release.',
    },
  },
  gives: {
    reason: 'superseded',
    because: {
      code: 'target.superseded',
      message: 'A newer rollout of the channel has the device as a target. It is taken in again if that lets it go.',
    },
  },
} as const
