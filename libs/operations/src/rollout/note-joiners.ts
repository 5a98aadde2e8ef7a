import { Prisma, type Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { laterSql, readConverges, waitingReasons } from './convergence.ts'
import { hiddenId } from './hidden-id.ts'
import { joinCurrent } from './join-current.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { nextChunk, planChunk, type Chunk } from './plan-targets.ts'

/**
 * Notes those who joined while a newer rollout was current that was rolled back since, or whom one had that was: the next
 * chunk of the channel's devices, once the roll-back is over. Returns whether it looked; it goes on after a crash where it stopped.
 */
export async function noteJoiners(tx: Tx, ctx: Ctx, rollout: RolloutRow): Promise<boolean> {
  const { id, channelId, organizationId, seeksJoiners } = rollout
  if (!seeksJoiners || !(await readConverges(tx, rollout))) return false
  // Who starts a rollout locks the channel before it wakes this one: its row is not waited for. The sweep comes again.
  const [channel] = await tx.$queryRaw<{ cursor: string }[]>`
    SELECT join_cursor::text AS cursor FROM channel
    WHERE id = ${channelId}::uuid AND current_rollout_id = ${id}::uuid AND join_cursor IS NOT NULL FOR NO KEY UPDATE SKIP LOCKED`
  if (!channel) return false
  const chunk = await nextChunk(tx, { organizationId, channelId, planCursor: channel.cursor })
  const deviceIds = chunk ? await findJoiners(tx, rollout, chunk) : []
  if (deviceIds.length > 0) await joinCurrent(tx, ctx, { rollout, deviceIds, again: false })
  const joinCursor = chunk?.seen === planChunk ? chunk.last : null
  await tx.channel.update({ where: { id: channelId }, data: { joinCursor } })
  return true
}

// Who waits already, or had its place or its image before anything newer came.
const named = [...waitingReasons, 'already_on_digest']

// Nothing moves who came to the channel with the whole group.
async function findJoiners(tx: Tx, rollout: RolloutRow, { after, last }: Chunk): Promise<string[]> {
  const { id, channelId, organizationId, startedAt } = rollout
  const byItself = Prisma.sql`(g.channel_since IS NULL OR g.channel_since < ${startedAt} OR d.enrolled_at >= g.channel_since)`
  const isLeft = Prisma.sql`t.reason = 'taken_over' AND ${laterSql(id, Prisma.sql`d.id`)} IS NOT DISTINCT FROM 'gave'`
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT d.id::text FROM device d JOIN device_group g ON g.id = d.group_id
    LEFT JOIN LATERAL (
      SELECT state, reason, group_id FROM rollout_target
      WHERE rollout_id = ${hiddenId(id)} AND device_id = d.id OFFSET 0) AS t ON true
    WHERE d.organization_id = ${organizationId}::uuid AND d.id > ${after}::uuid AND d.id <= ${last}::uuid
      AND d.removed_at IS NULL AND g.channel_id = ${channelId}::uuid AND ${byItself}
      AND (t.state IS NULL OR t.state = 'skipped' AND t.reason <> ALL(${named}::text[]) AND NOT (${isLeft})
        OR t.state IN ('succeeded', 'reverted') AND t.group_id <> d.group_id)`
  return rows.map((row) => row.id)
}
