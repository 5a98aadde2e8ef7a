import { activeStates, earlyStates } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

/** Why a target is skipped that is opened again when its device is there: it waits for that. */
export const waitingReasons = ['unreachable', 'joined_late', 'superseded'] as const

const newerOnChannel = Prisma.sql`SELECT 1 FROM rollout n
  WHERE n.channel_id = r.channel_id AND n.id <> r.id AND n.selector IS NULL AND n.state = ANY(${[...activeStates]}::text[])`

/**
 * Whether devices that come late or come back converge to a rollout: it completed, it brought what is current on its
 * channel, and nothing newer is on its way to the whole channel.
 */
export async function readConverges(tx: Tx, { id, state, kind, current }: RolloutRow): Promise<boolean> {
  if (state !== 'completed' || kind === 'rollback' || !current) return false
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM rollout r WHERE r.id = ${id}::uuid AND NOT EXISTS (${newerOnChannel})`
  return rows.length > 0
}

/**
 * Condition on a target `t` of a rollout `r`: it is skipped, and opened again once its device is connected and has
 * reported. While the rollout runs that is who was given up; once it is the channel's current one, also who joined since.
 */
export const waitsForDeviceSql = Prisma.sql`(t.state = 'skipped' AND r.kind <> 'rollback' AND (
  r.state IN ('running', 'pausing', 'paused') AND t.reason = 'unreachable'
  OR r.state = 'completed' AND t.reason = ANY(${[...waitingReasons]}::text[])
    AND r.id = (SELECT c.current_rollout_id FROM channel c WHERE c.id = r.channel_id)))`

/** Condition on a rollout `r`: it is under way, or devices converge to it. */
export const decidesSql = Prisma.sql`(r.state = ANY(${[...activeStates]}::text[]) OR r.state = 'completed' AND EXISTS (
  SELECT 1 FROM rollout_count n WHERE n.rollout_id = r.id AND n.state = ANY(${[...earlyStates]}::text[]) AND n.count > 0))`

/**
 * Whether a later rollout of the channel of a rollout has given a device something else. What that skipped or took back
 * it has not.
 */
export function takenOverSql(rolloutId: string, deviceId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT 1 FROM rollout_target l JOIN rollout lr ON lr.id = l.rollout_id JOIN rollout o ON o.id = ${rolloutId}::uuid
    WHERE l.device_id = ${deviceId} AND lr.channel_id = o.channel_id AND lr.id <> o.id AND lr.kind <> 'rollback'
      AND lr.started_at > o.started_at AND l.state NOT IN ('skipped', 'reverted'))`
}

export const takenOver = {
  code: 'target.taken_over',
  message: 'A later rollout of the channel has given the device another release.',
}
