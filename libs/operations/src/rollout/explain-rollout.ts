import type { Because, Explanation } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'

/** What a rollout waits for: its own stored reason, then the reasons of its targets, the commonest first. */
export function explainRollout(ctx: Ctx, { rollout: id }: { rollout: string }): Promise<Explanation> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    const rollout = await tx.rollout.findUnique({ where: { id }, select: { because: true } })
    if (!rollout) throw notFound('rollout', id)
    return { reasons: [rollout.because as Because, ...(await targetReasons(tx, id)), ...(await slotReasons(tx, id))] }
  })
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

// Slots that ended targets still hold keep others waiting until those devices report healthy or are released.
async function slotReasons(tx: Tx, id: string): Promise<Because[]> {
  const rows = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM budget_slot b JOIN rollout_target t ON t.rollout_id = b.rollout_id AND t.device_id = b.device_id
    WHERE b.rollout_id = ${id}::uuid AND t.state IN ('failed', 'timed_out', 'rolled_back')`
  const count = rows[0]?.count ?? 0
  if (count === 0) return []
  const message = `${count} slots of the budget are held by devices that did not report healthy after their attempt. Repair them, or release their slots.`
  return [{ code: 'budget.held_by_failed', message, count }]
}
