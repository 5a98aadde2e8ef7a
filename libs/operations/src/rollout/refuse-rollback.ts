import { activeStates, type RolloutState } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { OperationError } from '../errors.ts'
import type { RolloutRow } from './lock-rollout.ts'

/** Refuses to roll back what is a roll-back itself, or what a newer rollout of the channel has built upon. */
export async function refuseRollback(tx: Tx, rollout: RolloutRow): Promise<void> {
  const { id, kind, channelId, state } = rollout
  if (kind === 'rollback')
    throw new OperationError('illegal_transition', forwardAgain(rollout), { reason: 'is_rollback' })
  if (state !== 'completed') return
  const [newer] = await tx.$queryRaw<{ id: string; state: string }[]>`
    SELECT n.id::text, n.state FROM rollout n JOIN rollout o ON o.id = ${id}::uuid
    WHERE n.channel_id = ${channelId}::uuid AND n.id <> o.id AND n.kind <> 'rollback' AND n.started_at > o.started_at
      AND n.state = ANY(${[...activeStates, 'completed']}::text[])
    ORDER BY n.started_at DESC LIMIT 1`
  if (!newer) return
  const message = `Rollout ${newer.id}, which is ${newer.state}, came after this one on the channel. Roll that one back, or wait until it is over.`
  throw new OperationError('conflict', message, { reason: 'newer_rollout' })
}

/** How to go forward again from a roll-back, which is none that could be rolled back itself. */
export function forwardAgain({ state, parentId }: Pick<RolloutRow, 'state' | 'parentId'>): string {
  const rollout = parentId === null ? 'its rollout' : `its rollout ${parentId}`
  const forward: Partial<Record<RolloutState, string>> = {
    completed: 'It is over: roll a release out to go forward again.',
    superseded: 'A newer rollout has taken its place.',
    aborting: `It is aborted: how to go on is decided in ${rollout}.`,
    aborted: `It is aborted: how to go on is decided in ${rollout}.`,
  }
  return `This is a roll-back. ${forward[state] ?? `Abort it, and resume ${rollout} to go forward again.`}`
}
