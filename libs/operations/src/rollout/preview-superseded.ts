import type { Because, RolloutPreview } from '@bootfleet/contracts'
import { activeStates, busyStates, type RolloutState } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { calledRollout, rolloutNameSql } from './rollout-name.ts'

/** Rollouts whose place a new one on the channel would take, and how many of their devices would finish there first. */
export function readSuperseded(tx: Tx, channelId: string): Promise<RolloutPreview['supersedes']> {
  return tx.$queryRaw<{ rollout: string; name: string; state: RolloutState; finishFirst: number }[]>`
    SELECT r.id::text AS rollout, ${rolloutNameSql(Prisma.sql`r.id`)} AS name, r.state, (
      SELECT coalesce(sum(c.count), 0)::int FROM rollout_count c
      WHERE c.rollout_id = r.id AND c.state = ANY(${[...busyStates]}::text[])) AS "finishFirst"
    FROM rollout r WHERE r.channel_id = ${channelId}::uuid AND r.state = ANY(${[...activeStates]}::text[]) ORDER BY r.id`
}

/** Says of one of them what becomes of it. */
export function warnOfSuperseded({ rollout, name, state, finishFirst }: RolloutPreview['supersedes'][number]): Because {
  const first =
    finishFirst === 0 ? '' : ` ${finishFirst} of its devices ${finishFirst === 1 ? 'finishes' : 'finish'} it first.`
  const message = `Takes the place of ${calledRollout(name, rollout)}, which is ${state.replaceAll('_', ' ')}.${first}`
  return { code: 'preview.supersedes', message, rollout, rolloutName: name, finishFirst }
}
