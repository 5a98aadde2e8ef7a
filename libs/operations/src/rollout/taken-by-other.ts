import { busyStates, earlyStates } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'

const has = Prisma.sql`${[...busyStates, 'succeeded']}::text[]`
const hasNothing = Prisma.sql`${[...earlyStates, 'skipped']}::text[]`

/**
 * Whether the device of a target `t` that has succeeded runs something else by what another rollout did since, and nothing
 * has brought it back: the device did not leave the image by itself then. `r` is the release of the rollout, `s` what the
 * device reported. Looked up only for who is on another image.
 */
export function takenByOtherSql({ kind }: Pick<RolloutRow, 'kind'>): Prisma.Sql {
  // Each device of a roll-back goes back to its own image.
  const index = kind === 'rollback' ? Prisma.sql`NULL` : Prisma.sql`r.index_digest`
  const isOwn = (digest: Prisma.Sql) => Prisma.sql`coalesce(${digest} IN (t.digest, ${index}), false)`
  const broughtBack = Prisma.sql`EXISTS (
    SELECT 1 FROM rollout_target b JOIN rollout br ON br.id = b.rollout_id
    WHERE b.device_id = t.device_id AND br.kind = 'rollback' AND br.started_at >= coalesce(l.first_granted_at, l.state_since)
      AND ${isOwn(Prisma.sql`b.digest`)} AND (${arrivedSql('b')} OR b.state = 'skipped' AND b.reason = 'already_on_digest'))`
  return Prisma.sql`(
    t.state = 'succeeded' AND s.booted_digest IS NOT NULL AND NOT ${isOwn(Prisma.sql`s.booted_digest`)} AND EXISTS (
      SELECT 1 FROM rollout_target l JOIN rollout lr ON lr.id = l.rollout_id
      WHERE l.device_id = t.device_id AND l.rollout_id <> t.rollout_id
        AND l.state <> ALL(${hasNothing}) AND (l.first_granted_at IS NOT NULL OR l.state = ANY(${has}))
        AND coalesce(l.first_granted_at, l.state_since) >= t.state_since
        AND NOT (${isOwn(Prisma.sql`l.digest`)} AND ${arrivedSql('l')})
        AND NOT ((l.state <> ALL(${has}) OR lr.state IN ('rolling_back', 'rolled_back')) AND ${broughtBack})))`
}

// Also who has left it since, by itself.
function arrivedSql(target: 'l' | 'b'): Prisma.Sql {
  const [state, reason] = [Prisma.raw(`${target}.state`), Prisma.raw(`${target}.reason`)]
  return Prisma.sql`(${state} = 'succeeded' OR ${state} = 'rolled_back' AND ${reason} = 'regressed')`
}
