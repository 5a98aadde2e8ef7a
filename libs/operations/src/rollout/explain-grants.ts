import { instantText, whyNoGrants, type Because, type PolicySpec } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { loadGroups } from './load-groups.ts'

/** Groups that one answer tells of. */
const told = 10

interface Asked {
  readonly id: string
  readonly state: string
  /** `PolicySpec`. */
  readonly policy: unknown
}

interface StagedRow {
  groupId: string
  name: string
  count: number
  /** Of these, who waits for the next grant after giving one back. */
  backedOff: number
  nextAt: Date | null
}

/** What keeps staged devices of a rollout from their grants now, group by group, the largest first. */
export async function grantReasons(tx: Tx, rollout: Asked, now: Date): Promise<Because[]> {
  if (rollout.state !== 'running' && rollout.state !== 'completed') return []
  const rows = await tx.$queryRaw<StagedRow[]>`
    SELECT t.group_id::text AS "groupId", g.name, count(*)::int AS count,
      count(*) FILTER (WHERE t.grant_after > ${now})::int AS "backedOff",
      min(t.grant_after) FILTER (WHERE t.grant_after > ${now}) AS "nextAt"
    FROM rollout_target t JOIN device_group g ON g.id = t.group_id
    WHERE t.rollout_id = ${rollout.id}::uuid AND t.state = 'staged' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT ${told}`
  const { windows } = rollout.policy as PolicySpec
  const groupIds = rows.map(({ groupId }) => groupId)
  const views = await loadGroups(tx, { groupIds, now, respectWindows: windows === 'respect' })
  return rows.flatMap((row) => {
    const view = views[row.groupId]
    return [...(view ? whyNoGrants(view) : []).map((because) => forStaged(because, row)), ...backedOff(row)]
  })
}

function forStaged(because: Because, { name, count }: StagedRow): Because {
  const message = `${devices(count)} of group "${name}" ${count === 1 ? 'has' : 'have'} the image staged. ${because.message}`
  return { ...because, message, group: name, count }
}

function backedOff({ name, backedOff: count, nextAt }: StagedRow): Because[] {
  if (nextAt === null) return []
  const message = `${devices(count)} of group "${name}" gave grants back without rebooting; the first gets another from ${instantText(nextAt)} on.`
  return [{ code: 'target.grant_backoff', message, group: name, count, until: nextAt.getTime() }]
}

function devices(count: number): string {
  return count === 1 ? '1 device' : `${count} devices`
}
