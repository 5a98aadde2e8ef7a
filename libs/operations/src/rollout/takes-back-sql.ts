import { Prisma, type Tx } from '@bootfleet/db'

/** Other rollouts `n` to the whole channel of a rollout `r`. */
export const wholeOnChannel = Prisma.sql`SELECT 1 FROM rollout n
  WHERE n.channel_id = r.channel_id AND n.id <> r.id AND n.selector IS NULL`

/** What came to all devices of the channel after a roll-back: they belong on that, also who has not gone back. */
export const cameAfter = Prisma.sql`n.kind <> 'rollback' AND n.started_at > r.started_at`

/** Condition on a rollout `r` that took the devices of another back, which is over: who was away goes back when it is there. */
export const takesBackSql = Prisma.sql`(r.kind = 'rollback' AND r.state = 'completed'
  AND EXISTS (SELECT 1 FROM rollout p WHERE p.id = r.parent_id AND p.state IN ('rolling_back', 'rolled_back'))
  AND NOT EXISTS (${wholeOnChannel} AND ${cameAfter} AND n.state = 'completed'))`

/** Those of these rollouts for which that is so. */
export async function readTakesBack(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT r.id::text FROM rollout r WHERE r.id = ANY(${[...ids]}::uuid[]) AND ${takesBackSql}`
  return new Set(rows.map(({ id }) => id))
}
