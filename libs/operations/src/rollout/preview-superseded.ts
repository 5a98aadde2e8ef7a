import type { Because, RolloutPreview } from '@bootfleet/contracts'
import { busyStates, type RolloutState } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { calledRollout, rolloutNameSql } from './rollout-name.ts'
import { supersededBySql, type Starting } from './supersedes-sql.ts'

/** Rollouts whose place a new one on the channel would take, and how many of their devices would finish there first. */
export function readSuperseded(tx: Tx, starting: Starting): Promise<RolloutPreview['supersedes']> {
  return tx.$queryRaw<{ rollout: string; name: string; state: RolloutState; finishFirst: number }[]>`
    SELECT r.id::text AS rollout, ${rolloutNameSql(Prisma.sql`r.id`)} AS name, r.state, (
      SELECT coalesce(sum(c.count), 0)::int FROM rollout_count c
      WHERE c.rollout_id = r.id AND c.state = ANY(${[...busyStates]}::text[])) AS "finishFirst"
    FROM rollout r WHERE ${supersededBySql(starting)} ORDER BY r.id`
}

/** Says of one of them what becomes of it. */
export function warnOfSuperseded({ rollout, name, state, finishFirst }: RolloutPreview['supersedes'][number]): Because {
  const first =
    finishFirst === 0 ? '' : ` ${finishFirst} of its devices ${finishFirst === 1 ? 'finishes' : 'finish'} it first.`
  const message = `Takes the place of ${calledRollout(name, rollout)}, which is ${state.replaceAll('_', ' ')}.${first}`
  return { code: 'preview.supersedes', message, rollout, rolloutName: name, finishFirst }
}

/** Warns that devices would leave a release that is newer than the one they are to get. */
export async function warnOfOlderRelease(tx: Tx, { channelId, releaseId }: Starting): Promise<Because[]> {
  const [newer] = await tx.$queryRaw<{ name: string }[]>`
    SELECT coalesce(k.version, k.tag, k.id::text) AS name FROM channel c JOIN release k ON k.id = c.current_release_id, release n
    WHERE c.id = ${channelId}::uuid AND n.id = ${releaseId}::uuid AND k.created_at > n.created_at`
  if (!newer) return []
  const message = `Takes devices back: the channel is on ${newer.name}, which was published after this release.`
  return [{ code: 'preview.older_release', message, current: newer.name }]
}
