import { activeStates, nextState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { decidesSql } from './convergence.ts'
import { lockRollout, type RolloutRow } from './lock-rollout.ts'
import { readRolloutName } from './rollout-name.ts'
import { supersededBySql, type Starting } from './supersedes-sql.ts'
import { transition } from './transition.ts'
import { wakeRollout } from './wake-rollout.ts'

const isActive = (state: string) => (activeStates as readonly string[]).includes(state)

/**
 * Locks a rollout that is about to start together with those that it would supersede, and the one that devices converge to, in the order of their ids: whoever
 * needs several rollouts locks the older one first.
 */
export async function lockToStart(tx: Tx, id: string): Promise<RolloutRow | undefined> {
  const found = await tx.rollout.findUnique({ where: { id }, select: { id: true, channelId: true, releaseId: true } })
  if (!found) return undefined
  await lockInTheWay(tx, found)
  return lockRollout(tx, id)
}

/** The same locks for a rollout that this transaction is about to create, with the id that it will have, and start. */
export async function lockInTheWay(tx: Tx, { id, ...starting }: Starting & { id: string }): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 FROM rollout r WHERE r.id = ${id}::uuid OR ${supersededBySql(starting)}
      OR r.id = (SELECT current_rollout_id FROM channel WHERE id = ${starting.channelId}::uuid)
    ORDER BY r.id FOR UPDATE`
}

/**
 * Takes the place of every rollout that is under way on the channel, and of those that wait to bring an older release. What
 * else was not started yet stays as it is: it will supersede this one in its turn. The channel row is the lock between two
 * that start together; who creates one shares it with the key, which "no key" lets be.
 */
export async function supersedeRollouts(tx: Tx, ctx: Ctx, { id, channelId, releaseId }: RolloutRow): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM channel WHERE id = ${channelId}::uuid FOR NO KEY UPDATE`
  const others = await tx.$queryRaw<{ id: string }[]>`
    SELECT r.id::text FROM rollout r WHERE r.id <> ${id}::uuid AND ${supersededBySql({ channelId, releaseId })} ORDER BY r.id`
  const name = others.length === 0 ? '' : await readRolloutName(tx, id)
  for (const other of others) {
    const rollout = await lockRollout(tx, other.id)
    if (!rollout || nextState(rollout.state, 'supersede') === undefined) continue
    const what = isActive(rollout.state)
      ? 'devices that were granted their reboot finish here first.'
      : 'this one had not begun, and would have taken the fleet back to an older release.'
    const message = `A newer one, ${name}, took its place; ${what}`
    const because = { code: 'rollout.superseded', message, rollout: id }
    await transition(tx, ctx, { rollout, change: { verb: 'supersede', because, data: { supersededBy: id } } })
  }
  await wakeCurrent(tx, ctx, channelId)
}

// Devices that were converging are let go.
async function wakeCurrent(tx: Tx, ctx: Ctx, channelId: string): Promise<void> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT r.id::text FROM rollout r JOIN channel c ON c.current_rollout_id = r.id
    WHERE c.id = ${channelId}::uuid AND r.state = 'completed' AND ${decidesSql}`
  for (const { id } of rows) await wakeRollout(tx, ctx, id)
}
