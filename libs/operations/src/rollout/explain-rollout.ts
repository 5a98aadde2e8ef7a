import type { Because, Explanation } from '@bootfleet/contracts'
import { activeStates, applyingStates, busyStates, earlyStates } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { excusedReasons } from './explain-excused.ts'
import { grantReasons } from './explain-grants.ts'
import { trippedReasons } from './explain-tripped.ts'
import { readRollbacks } from './read-rollbacks.ts'
import { calledRollout, rolloutNameSql } from './rollout-name.ts'

/** What a rollout waits for: its own stored reason, then the reasons of its targets, the commonest first. */
export function explainRollout(ctx: Ctx, { rollout: id }: { rollout: string }): Promise<Explanation> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    const rollout = await tx.rollout.findUnique({
      where: { id },
      select: { because: true, id: true, state: true, policy: true },
    })
    if (!rollout) throw notFound('rollout', id)
    const back = await rollbackReasons(tx, id)
    const grants = await grantReasons(tx, rollout, ctx.services.now())
    const targets = await targetReasons(tx, id)
    const why = rollout.because as Because
    // The reason of a group says the same, and for how many.
    const said = grants.some(({ message }) => message.endsWith(why.message))
    const tripped = await trippedReasons(tx, rollout)
    const own = [...(said ? [] : [why]), ...tripped, ...back, ...grants, ...targets, ...(await slotReasons(tx, id))]
    const others = [...(await busyReasons(tx, id)), ...(await othersSlotReasons(tx, id))]
    return { reasons: [...own, ...others, ...(await excusedReasons(tx, id))] }
  })
}

// How far the devices of a rollout that is rolled back are on their way.
async function rollbackReasons(tx: Tx, id: string): Promise<Because[]> {
  const found = (await readRollbacks(tx, [id])).get(id)
  if (!found) return []
  const { id: rollback, state, eligible, counts } = found
  const failed = counts.failed + counts.timed_out + counts.rolled_back
  const underWay = applyingStates.reduce((total, one) => total + counts[one], 0)
  const away = await tx.rolloutTarget.count({ where: { rolloutId: rollback, state: 'skipped', reason: 'unreachable' } })
  const waits =
    away === 0 ? '' : ` ${away} ${away === 1 ? 'is' : 'are'} away, and ${away === 1 ? 'goes' : 'go'} back on return.`
  const message = `Its roll-back ${rollback} is ${state.replaceAll('_', ' ')}: ${counts.succeeded} of ${eligible ?? 'all'} devices are back and found healthy, ${underWay} under way, ${failed} failed.${state === 'aborted' ? '' : waits}`
  return [{ code: 'rollout.rollback', message, rollback, state, back: counts.succeeded, underWay, failed, away }]
}

async function targetReasons(tx: Tx, id: string): Promise<Because[]> {
  const rows = await tx.$queryRaw<{ state: string; code: string; message: string; count: number }[]>`
    SELECT state, because ->> 'code' AS code, min(because ->> 'message') AS message, count(*)::int AS count
    FROM rollout_target WHERE rollout_id = ${id}::uuid AND state <> 'succeeded'
    GROUP BY state, because ->> 'code' ORDER BY count(*) DESC LIMIT 20`
  return rows.map(({ state, code, message, count }) => ({
    code,
    message: `${count} ${count === 1 ? 'device' : 'devices'} ${state.replaceAll('_', ' ')}: ${message}`,
    state,
    count,
  }))
}

// Devices that another rollout granted their reboot finish there first, connected or not.
async function busyReasons(tx: Tx, id: string): Promise<Because[]> {
  const rows = await tx.$queryRaw<{ other: string; name: string | null; count: number }[]>`
    SELECT o.rollout_id::text AS other, ${rolloutNameSql(Prisma.sql`o.rollout_id`)} AS name, count(*)::int AS count
    FROM rollout_target o JOIN rollout r ON r.id = o.rollout_id
      AND (r.superseded_by = ${id}::uuid OR r.id = (SELECT parent_id FROM rollout WHERE id = ${id}::uuid))
    JOIN rollout_target t ON t.rollout_id = ${id}::uuid AND t.device_id = o.device_id AND t.state = ANY(${[...earlyStates]}::text[])
    WHERE o.state = ANY(${[...busyStates]}::text[])
      AND (r.superseded_by = ${id}::uuid OR o.state IN ('granted', 'rebooting'))
    GROUP BY o.rollout_id ORDER BY count(*) DESC LIMIT 5`
  return rows.map(({ other, name, count }) => {
    const devices = count === 1 ? '1 device finishes' : `${count} devices finish`
    const message = `${devices} ${calledRollout(name, other)} first, which has granted the reboot.`
    return { code: 'target.finishes_other', message, rollout: other, rolloutName: name, count }
  })
}

// Slots that ended targets still hold keep others waiting until those devices report healthy or are released.
async function slotReasons(tx: Tx, id: string): Promise<Because[]> {
  const rows = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM budget_slot b JOIN rollout_target t ON t.rollout_id = b.rollout_id AND t.device_id = b.device_id
    WHERE b.rollout_id = ${id}::uuid AND t.state IN ('failed', 'timed_out', 'rolled_back')`
  const count = rows[0]?.count ?? 0
  if (count === 0) return []
  const message = `${slots(count)} of the budget ${count === 1 ? 'is held by a device' : 'are held by devices'} without a healthy report since the attempt. Repair, or release the ${count === 1 ? 'slot' : 'slots'}.`
  return [{ code: 'budget.held_by_failed', message, count }]
}

// Slots survive the rollout that they were taken in; they are released there.
async function othersSlotReasons(tx: Tx, id: string): Promise<Because[]> {
  const rows = await tx.$queryRaw<{ other: string; name: string | null; count: number }[]>`
    SELECT b.rollout_id::text AS other, ${rolloutNameSql(Prisma.sql`b.rollout_id`)} AS name, count(*)::int AS count
    FROM rollout r JOIN device_group g ON g.channel_id = r.channel_id JOIN budget_slot b ON b.group_id = g.id
    WHERE r.id = ${id}::uuid AND r.state = ANY(${[...activeStates]}::text[]) AND b.rollout_id <> r.id
    GROUP BY b.rollout_id ORDER BY count(*) DESC LIMIT 5`
  return rows.map(({ other, name, count }) => {
    const held = count === 1 ? 'is held by a device' : 'are held by devices'
    const message = `${slots(count)} of the budget ${held} of ${calledRollout(name, other)} without a healthy report since the attempt. Repair, or release the ${count === 1 ? 'slot' : 'slots'} there.`
    return { code: 'budget.held_by_other', message, rollout: other, rolloutName: name, count }
  })
}

function slots(count: number): string {
  return count === 1 ? '1 slot' : `${count} slots`
}
