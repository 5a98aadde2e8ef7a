import { Prisma, type Tx } from '@bootfleet/db'
import type { RolloutState } from '@bootfleet/domain'
import type { RolloutRow } from './lock-rollout.ts'

const dueLimit = 400
const fillLimit = 200
const offerLimit = 150
const grantLimit = 150
const sweepLimit = 900

interface Pick {
  readonly rollout: RolloutRow
  readonly now: Date
  /** Places that the open waves still have. */
  readonly room: number
}

/** Ids of the targets that can change now, in the order of ids. Each part is read from an index and bounded. */
export async function pickTargets(tx: Tx, pick: Pick): Promise<{ deviceIds: string[]; more: boolean }> {
  const { rollout, now } = pick
  const due = Prisma.sql`(
    SELECT device_id, true AS due FROM rollout_target WHERE rollout_id = ${rollout.id}::uuid AND due_at <= ${now}
    ORDER BY due_at LIMIT ${dueLimit})`
  const parts = [due, ...byState(pick)]
  const rows = await tx.$queryRaw<{ deviceId: string; due: boolean }[]>`
    SELECT device_id::text AS "deviceId", bool_or(due) AS due
    FROM (${Prisma.join(parts, ' UNION ALL ')}) AS picked GROUP BY device_id ORDER BY device_id`
  return {
    deviceIds: rows.map(({ deviceId }) => deviceId),
    more: rows.filter(({ due: isDue }) => isDue).length >= dueLimit,
  }
}

function byState(pick: Pick): Prisma.Sql[] {
  const { id, state } = pick.rollout
  if (state === 'running') return [fill(pick), offerable(id), grantable(id), givenUp(pick)]
  const swept: Partial<Record<RolloutState, string[]>> = {
    pausing: ['granted'],
    aborting: ['pending', 'offered', 'downloading', 'staged', 'granted'],
  }
  const states = swept[state]
  return states ? [inStates(id, states)] : []
}

const connected = Prisma.sql`EXISTS (SELECT 1 FROM device_presence p WHERE p.device_id = t.device_id AND p.online)`

function fill({ rollout, room }: Pick): Prisma.Sql {
  return Prisma.sql`(
    SELECT t.device_id, false AS due FROM rollout_target t
    WHERE t.rollout_id = ${rollout.id}::uuid AND t.wave IS NULL AND t.state = 'pending' AND ${connected}
    ORDER BY t.position LIMIT ${Math.min(Math.max(room, 0), fillLimit)})`
}

function offerable(rolloutId: string): Prisma.Sql {
  return Prisma.sql`(
    SELECT t.device_id, false AS due FROM rollout_target t
    WHERE t.rollout_id = ${rolloutId}::uuid AND t.wave IS NOT NULL AND t.state = 'pending' AND ${connected}
    ORDER BY t.position LIMIT ${offerLimit})`
}

// The first of each group, so that one whose budget is full does not hide another. A host that cannot lock what it stages
// waits for its grant where it was offered the image.
function grantable(rolloutId: string): Prisma.Sql {
  return Prisma.sql`(
    SELECT device_id, false AS due FROM (
      SELECT t.device_id, row_number() OVER (PARTITION BY t.group_id ORDER BY t.position) AS place
      FROM rollout_target t JOIN device_presence p ON p.device_id = t.device_id
      WHERE t.rollout_id = ${rolloutId}::uuid AND p.online
        AND (t.state = 'staged' OR t.state = 'offered' AND NOT 'download_only' = ANY(p.capabilities))) AS waiting
    WHERE place <= ${grantLimit} ORDER BY place LIMIT ${sweepLimit})`
}

// Looked at in the last wave alone, once its time is over; `decide` says which of them are given up.
function givenUp({ rollout: { id: rolloutId }, now }: Pick): Prisma.Sql {
  return Prisma.sql`(
    SELECT t.device_id, false AS due FROM rollout_target t
    JOIN rollout r ON r.id = t.rollout_id
    JOIN LATERAL (SELECT w.opened_at FROM rollout_wave w WHERE w.rollout_id = r.id ORDER BY w.index DESC LIMIT 1) last ON true
    WHERE t.rollout_id = ${rolloutId}::uuid AND t.state IN ('pending', 'offered', 'downloading', 'staged')
      AND last.opened_at + make_interval(secs => (r.policy -> 'timeouts' ->> 'giveUpAfterSec')::int) <= ${now}
      AND NOT ${connected}
    ORDER BY t.position LIMIT ${fillLimit})`
}

function inStates(rolloutId: string, states: string[]): Prisma.Sql {
  return Prisma.sql`(
    SELECT t.device_id, false AS due FROM rollout_target t
    WHERE t.rollout_id = ${rolloutId}::uuid AND t.state = ANY(${states}) LIMIT ${sweepLimit})`
}
