import { Prisma, type Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { eligibleSql } from './eligible-now.ts'
import { joinCurrent } from './join-current.ts'
import { lockRollout, type RolloutRow } from './lock-rollout.ts'
import { wakeRollout } from './wake-rollout.ts'

const joined = {
  code: 'target.joined_late',
  message: 'The device joined while the rollout ran; it is added to the last wave.',
}

/** A device; `again`: its machine was enrolled once more, and what it reported before says nothing about it. */
export interface Joiner {
  readonly id: string
  readonly again?: boolean
}

/**
 * Adds a device that was just enrolled, moved or relabelled to the last wave of the rollouts under way on its channel
 * whose policy wants that, and notes it in the one that it converges to. In the transaction that changed the device, so
 * that nothing has to look for such devices.
 */
export async function appendLateJoiner(tx: Tx, ctx: Ctx, { id: deviceId, again = false }: Joiner): Promise<void> {
  const found = await tx.$queryRaw<{ id: string }[]>`
    SELECT r.id::text FROM rollout r JOIN device_group g ON g.channel_id = r.channel_id JOIN device d ON d.group_id = g.id
    JOIN channel c ON c.id = g.channel_id
    WHERE d.id = ${deviceId}::uuid AND r.kind <> 'rollback' AND (r.state = 'completed' AND r.id = c.current_rollout_id OR r.state IN ('running', 'pausing', 'paused', 'rolling_back'))
    ORDER BY r.id`
  for (const { id } of found) {
    const rollout = await lockRollout(tx, id)
    if (rollout) await join(tx, ctx, { rollout, deviceId, again })
  }
}

interface Joining {
  readonly rollout: RolloutRow
  readonly deviceId: string
  readonly again: boolean
}

async function join(tx: Tx, ctx: Ctx, joining: Joining): Promise<void> {
  const { rollout, deviceId, again } = joining
  const { state, current, policy, selector, plannedAt } = rollout
  const late = { rollout, deviceIds: [deviceId], again }
  if (state === 'completed' && current) return joinCurrent(tx, ctx, late)
  if (!['running', 'pausing', 'paused', 'rolling_back'].includes(state)) return
  if (policy.lateJoiners === 'append' && state !== 'rolling_back') return append(tx, ctx, joining)
  // It has its turn once the rollout is the channel's current one, which one with a selector never is, and one that is
  // rolled back only if a person stops that and resumes it.
  if (selector === null && plannedAt !== null) await joinCurrent(tx, ctx, late)
}

async function append(
  tx: Tx,
  ctx: Ctx,
  { rollout, deviceId }: { rollout: RolloutRow; deviceId: string },
): Promise<void> {
  const { id, plannedAt } = rollout
  // Planning comes by, or counts what it finds when it is done.
  if ((await insertTarget(tx, ctx, { rollout, deviceId })) === 0 || plannedAt === null) return
  await tx.$executeRaw`
    UPDATE rollout_wave SET size = size + 1
    WHERE rollout_id = ${id}::uuid AND index = (SELECT max(index) FROM rollout_wave WHERE rollout_id = ${id}::uuid)`
  await tx.rollout.update({ where: { id }, data: { eligible: { increment: 1 } } })
  const event = { organizationId: rollout.organizationId, rolloutId: id, deviceId, at: ctx.services.now() }
  await tx.rolloutEvent.create({ data: { ...event, kind: 'target.joined_late', because: joined } })
  await wakeRollout(tx, ctx, id)
}

async function insertTarget(
  tx: Tx,
  ctx: Ctx,
  { rollout, deviceId }: { rollout: RolloutRow; deviceId: string },
): Promise<number> {
  const { id, organizationId, plannedAt } = rollout
  const eligible = await eligibleSql(tx, rollout)
  // A stratified order is ranked once; who comes later has a place of its own in it.
  const position = plannedAt === null ? Prisma.sql`position` : Prisma.sql`position & 4503599627370495`
  return tx.$executeRaw`
    INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, state, because, digest, from_digest,
                                from_boot_key, hops, pool, state_since)
    SELECT ${id}::uuid, device_id, ${organizationId}::uuid, group_id, ${position}, 'pending', ${JSON.stringify(joined)}::jsonb,
           digest, from_digest, from_boot_key, hops, pool, ${ctx.services.now()}
    FROM (${eligible} AND d.id = ${deviceId}::uuid) AS e WHERE skip IS NULL
    ON CONFLICT DO NOTHING`
}
