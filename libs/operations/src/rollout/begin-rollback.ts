import type { Because, PolicySpec } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { emit } from '../outbox.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { beforeAll } from './plan-targets.ts'

/**
 * Creates the child of a rollout that this transaction has locked and is moving to `rolling_back`: it takes each device
 * back to its own image. What was the channel's current release before is that again, so that nobody new is given the bad
 * one. Returns the child's id.
 */
export async function beginRollback(
  tx: Tx,
  ctx: Ctx,
  { rollout: parent, because }: { rollout: RolloutRow; because: Because },
): Promise<string> {
  const id = ctx.services.newId()
  const now = ctx.services.now()
  const { organizationId, channelId, releaseId } = parent
  const of = { organizationId, channelId, releaseId, kind: 'rollback', parentId: parent.id }
  await tx.rollout.create({
    data: {
      ...of,
      id,
      state: 'running',
      because: { ...because },
      startedAt: now,
      wakeAt: now,
      policy: JSON.parse(JSON.stringify(rollbackPolicy(parent.policy))),
      createdBy: ctx.actor.name,
      createdAt: now,
    },
  })
  await tx.rolloutEvent.create({
    data: {
      organizationId,
      rolloutId: id,
      at: now,
      kind: 'rollout.running',
      because: { ...because, parent: parent.id },
    },
  })
  await restoreChannel(tx, parent)
  await emit(tx, organizationId, [
    { kind: 'rollout.due', rolloutId: id },
    { kind: 'rollout.changed', rolloutId: id },
  ])
  return id
}

/** One wave that nothing trips, with the parent's times: going on is no worse than stopping half way. */
export function rollbackPolicy(policy: PolicySpec): PolicySpec {
  const soakSec = Math.min(...policy.waves.map((wave) => wave.soakSec))
  const gate = { minConcluded: 1, minSuccessPercent: 0 }
  return {
    ...policy,
    waves: [{ name: 'rollback', size: null, soakSec, gate }],
    onTrip: 'pause',
    unreachable: 'wait',
    lateJoiners: 'ignore',
    stratifyBy: null,
  }
}

// Who joined meanwhile, or was left to this one, is not that one's target. It is older, and must not be locked now: its own
// turns look for them.
async function restoreChannel(tx: Tx, { id, channelId }: RolloutRow): Promise<void> {
  await tx.$executeRaw`
    UPDATE channel c SET current_release_id = r.previous_release_id, current_rollout_id = (
      SELECT p.id FROM rollout p WHERE p.id = r.previous_rollout_id AND p.state = 'completed')
    FROM rollout r WHERE c.id = ${channelId}::uuid AND c.current_rollout_id = r.id AND r.id = ${id}::uuid`
  await tx.$executeRaw`
    UPDATE channel SET join_cursor = ${beforeAll}::uuid WHERE id = ${channelId}::uuid AND current_rollout_id IS NOT NULL`
}
