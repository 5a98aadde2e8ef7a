import { activeStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { decidesSql } from './convergence.ts'
import { lockRollout, type RolloutRow } from './lock-rollout.ts'
import { readRolloutName } from './rollout-name.ts'
import { transition } from './transition.ts'
import { wakeRollout } from './wake-rollout.ts'

const isActive = (state: string) => (activeStates as readonly string[]).includes(state)

/**
 * Locks a rollout that is about to start together with those that it would supersede, and the one that devices converge to, in the order of their ids: whoever
 * needs several rollouts locks the older one first.
 */
export async function lockToStart(tx: Tx, id: string): Promise<RolloutRow | undefined> {
  const found = await tx.rollout.findUnique({ where: { id }, select: { channelId: true } })
  if (!found) return undefined
  await tx.$queryRaw`
    SELECT 1 FROM rollout WHERE channel_id = ${found.channelId}::uuid AND (id = ${id}::uuid OR state = ANY(${[...activeStates]}::text[])
      OR id = (SELECT current_rollout_id FROM channel WHERE id = ${found.channelId}::uuid))
    ORDER BY id FOR UPDATE`
  return lockRollout(tx, id)
}

/**
 * Takes the place of every rollout that is under way on the channel. What was not started yet stays as it is: it will
 * supersede this one in its turn. The channel row is the lock between two that start together.
 */
export async function supersedeRollouts(tx: Tx, ctx: Ctx, { id, channelId }: RolloutRow): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM channel WHERE id = ${channelId}::uuid FOR UPDATE`
  const others = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM rollout
    WHERE channel_id = ${channelId}::uuid AND id <> ${id}::uuid AND state = ANY(${[...activeStates]}::text[]) ORDER BY id`
  const name = others.length === 0 ? '' : await readRolloutName(tx, id)
  for (const other of others) {
    const rollout = await lockRollout(tx, other.id)
    if (!rollout || !isActive(rollout.state)) continue
    const message = `A newer one, ${name}, took its place; devices that were granted their reboot finish here first.`
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
