import { activeStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { OperationError } from '../errors.ts'
import type { RolloutRow } from './lock-rollout.ts'

/** Refuses to roll back what is a roll-back itself, or what a newer rollout of the channel has built upon. */
export async function refuseRollback(tx: Tx, { id, kind, parentId, channelId, state }: RolloutRow): Promise<void> {
  if (kind === 'rollback') {
    const message = `This is a roll-back. Abort it, and resume its rollout ${parentId ?? ''} to go forward again.`
    throw new OperationError('illegal_transition', message, { reason: 'is_rollback' })
  }
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
