import { Prisma, type Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { eligibilitySql } from './eligibility.ts'
import { excludesOf } from './exclude-sql.ts'
import { readInBetween } from './in-between.ts'
import { lockRollout, type RolloutRow } from './lock-rollout.ts'
import { readRoutes } from './routes.ts'
import { wakeRollout } from './wake-rollout.ts'

const joined = {
  code: 'target.joined_late',
  message: 'The device joined while the rollout ran; it is added to the last wave.',
}

/**
 * Adds a device that was just enrolled, moved or relabelled to the last wave of the rollouts under way on its channel
 * whose policy wants that. In the transaction that changed the device, so that nothing has to look for such devices.
 */
export async function appendLateJoiner(tx: Tx, ctx: Ctx, deviceId: string): Promise<void> {
  const found = await tx.$queryRaw<{ id: string }[]>`
    SELECT r.id::text FROM rollout r JOIN device_group g ON g.channel_id = r.channel_id JOIN device d ON d.group_id = g.id
    WHERE d.id = ${deviceId}::uuid AND r.state IN ('running', 'pausing', 'paused') AND r.policy ->> 'lateJoiners' = 'append'
    ORDER BY r.id`
  for (const { id } of found) {
    const rollout = await lockRollout(tx, id)
    if (rollout && ['running', 'pausing', 'paused'].includes(rollout.state))
      await append(tx, ctx, { rollout, deviceId })
  }
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
  const { id, organizationId, channelId, releaseId, selector, policy, plannedAt } = rollout
  const inBetween = await readInBetween(tx, { rolloutId: id })
  const { stratifyBy } = policy
  const eligible = eligibilitySql({
    organizationId,
    channelId,
    releaseId,
    selector,
    excludes: excludesOf(rollout),
    rolloutId: id,
    stratifyBy,
    inBetween,
    routes: await readRoutes(tx, { channelId, releaseId }),
  })
  // A stratified order is ranked once; who comes later has a place of its own in it.
  const position = plannedAt === null ? Prisma.sql`position` : Prisma.sql`position & 4503599627370495`
  return tx.$executeRaw`
    INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, state, because, digest, from_digest,
                                from_boot_key, hops, state_since)
    SELECT ${id}::uuid, device_id, ${organizationId}::uuid, group_id, ${position}, 'pending', ${JSON.stringify(joined)}::jsonb,
           digest, from_digest, from_boot_key, hops, ${ctx.services.now()}
    FROM (${eligible} AND d.id = ${deviceId}::uuid) AS e WHERE skip IS NULL
    ON CONFLICT DO NOTHING`
}
