import { Prisma, type Tx } from '@bootfleet/db'
import { takesFrom, type GroupView, type RollbackView, type RolloutState, type WaveView } from '@bootfleet/domain'
import { busyElsewhereSql } from './busy-elsewhere.ts'
import { laterSql } from './convergence.ts'
import { hiddenId } from './hidden-id.ts'
import type { RolloutRow } from './lock-rollout.ts'

const dueLimit = 400
const fillLimit = 200
const offerLimit = 150
const grantLimit = 150
const sweepLimit = 900

interface Pick {
  readonly rollout: RolloutRow
  readonly now: Date
  readonly waves: readonly WaveView[]
  readonly groups: Readonly<Record<string, GroupView>>
  readonly rollback: RollbackView | null
  readonly converges: boolean
}

/** Ids of the targets that can change now, in the order of ids. Each part is read from an index and bounded. */
export async function pickTargets(tx: Tx, pick: Pick): Promise<{ deviceIds: string[]; more: boolean }> {
  const { rollout, now } = pick
  const due = Prisma.sql`(
    SELECT device_id, true AS due FROM rollout_target WHERE rollout_id = ${hiddenId(rollout.id)} AND due_at <= ${now}
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

const ungranted: ('pending' | 'offered' | 'downloading' | 'staged')[] = ['pending', 'offered', 'downloading', 'staged']

function byState(pick: Pick): Prisma.Sql[] {
  const { id, state } = pick.rollout
  if (state === 'running')
    return [...fill(pick), ...offerable(pick), ...grantable(pick), ...recallable(pick), ...givenUp(pick)]
  if (state === 'completed' && pick.converges) return converging(pick)
  const swept: Partial<Record<RolloutState, string[]>> = {
    pausing: ['granted'],
    completed: [...ungranted, 'granted'],
    superseded: [...ungranted, 'granted'],
    aborting: [...ungranted, 'granted'],
    // Over, the roll-back moves nobody any more: who is still on the image is told so.
    rolling_back:
      pick.rollback?.state === 'completed'
        ? [...ungranted, 'granted', 'verifying', 'soaking']
        : [...ungranted, 'granted'],
  }
  const states = swept[state]
  return states ? [inStates(id, states)] : []
}

const connected = Prisma.sql`EXISTS (SELECT 1 FROM device_presence p WHERE p.device_id = t.device_id AND p.online)`

/** Waves that were opened. A promoted one is passed and may not be full. */
function started({ waves }: Pick): readonly WaveView[] {
  return waves.filter(({ state }) => state !== 'pending')
}

function countOf({ counts }: WaveView, states: readonly (keyof WaveView['counts'])[]): number {
  return states.reduce((total, state) => total + (counts[state] ?? 0), 0)
}

function fill(pick: Pick): Prisma.Sql[] {
  const taken = ({ counts }: WaveView) => Object.values(counts).reduce((total, count) => total + count, 0)
  const takes = takesFrom(pick.waves, pick.rollout.policy.waves)
  const rooms = new Map<string, number>()
  for (const wave of started(pick)) {
    const pools = [...(takes[wave.index] ?? [])].join()
    rooms.set(pools, (rooms.get(pools) ?? 0) + Math.max(0, wave.size - taken(wave)))
  }
  return [...rooms].filter(([, room]) => room > 0).map(([pools, room]) => fillFrom(pick, pools.split(','), room))
}

// Pool by pool, as each is a stretch of the index in the planned order. Who finishes another rollout first is passed over;
// the first is looked at all the same, to say so when nobody else is left.
function fillFrom({ rollout }: Pick, pools: readonly string[], room: number): Prisma.Sql {
  const places = Math.min(room, fillLimit)
  const first = (free: Prisma.Sql, limit: number) => Prisma.sql`(
      SELECT t.device_id, t.position FROM rollout_target t
      WHERE t.rollout_id = ${hiddenId(rollout.id)} AND t.pool = s.pool AND t.wave IS NULL AND t.state = 'pending'
        AND ${connected} AND ${free}
      ORDER BY t.position LIMIT ${limit})`
  return Prisma.sql`(
    SELECT found.device_id, false AS due FROM UNNEST(${pools.map(Number)}::smallint[]) AS s(pool) CROSS JOIN LATERAL (
      ${first(Prisma.sql`${busyElsewhereSql(rollout)} IS NULL`, places)} UNION ${first(Prisma.sql`true`, 1)}) AS found
    ORDER BY found.position LIMIT ${places + 1})`
}

// Group by group, so that one that may not go on hides none that may.
function perGroup(pick: Pick, places: (group: GroupView) => number, found: Prisma.Sql): Prisma.Sql[] {
  const groups = Object.entries(pick.groups)
    .map(([id, group]) => ({ id, places: places(group) }))
    .filter((group) => group.places > 0)
    .toSorted((one, other) => other.places - one.places)
  if (groups.length === 0) return []
  const waves = started(pick).map(({ index }) => index)
  return [
    Prisma.sql`(
    SELECT waiting.device_id, false AS due
    FROM UNNEST(${groups.map(({ id }) => id)}::uuid[], ${groups.map((group) => group.places)}::int[]) AS g(id, places)
    CROSS JOIN LATERAL (
      SELECT t.device_id FROM rollout_target t JOIN device_presence p ON p.device_id = t.device_id
      WHERE t.rollout_id = ${hiddenId(pick.rollout.id)} AND t.group_id = g.id AND t.wave IS NOT NULL
        AND t.wave = ANY(${waves}::int[]) AND p.online AND ${found}
      ORDER BY t.position LIMIT g.places) AS waiting
    LIMIT ${sweepLimit})`,
  ]
}

function offerable(pick: Pick): Prisma.Sql[] {
  if (!started(pick).some((wave) => countOf(wave, ['pending']) > 0)) return []
  const places = ({ maxDownloading, downloading }: GroupView) => Math.min(maxDownloading - downloading, offerLimit)
  return perGroup(pick, places, Prisma.sql`t.state = 'pending'`)
}

// A host that cannot lock what it stages waits for its grant where it was offered the image. Of a group that may be
// granted nothing one is enough, to say why; so it is of one whose buckets are full.
function grantable(pick: Pick): Prisma.Sql[] {
  if (!started(pick).some((wave) => countOf(wave, ['staged', 'offered']) > 0)) return []
  const places = ({ closed, slots, slotsTaken }: GroupView) =>
    closed || slotsTaken >= slots ? 1 : Math.min(slots - slotsTaken, grantLimit)
  const first = (group: GroupView) => (group.buckets ? 1 : places(group))
  const open = (group: GroupView) => (group.buckets && !group.closed ? places(group) : 0)
  const hasRoom = hasRoomInBucket(pick)
  const isBack = pick.rollout.kind === 'rollback'
  return readyToApply(pick).flatMap((ready) => [
    ...perGroup(pick, first, Prisma.sql`${ready} AND NOT ${holdsSlot}`),
    ...perGroup(pick, open, Prisma.sql`${ready} AND NOT ${holdsSlot} AND ${hasRoom}`),
    // Going back, who is down already takes its slot along.
    ...(isBack ? perGroup(pick, () => grantLimit, Prisma.sql`${ready} AND ${holdsSlot}`) : []),
  ])
}

const holdsSlot = Prisma.sql`EXISTS (SELECT 1 FROM budget_slot b WHERE b.device_id = t.device_id)`

// One condition for each state: each is read in the planned order from its own stretch of the index.
function readyToApply({ now }: Pick): Prisma.Sql[] {
  const mayBe = Prisma.sql`(t.grant_after IS NULL OR t.grant_after <= ${now})
      AND EXISTS (SELECT 1 FROM device_state s WHERE s.device_id = t.device_id)`
  return [
    Prisma.sql`t.state = 'staged' AND ${mayBe}`,
    Prisma.sql`t.state = 'offered' AND NOT 'download_only' = ANY(p.capabilities) AND ${mayBe}`,
  ]
}

function hasRoomInBucket({ groups }: Pick): Prisma.Sql {
  const full = Object.entries(groups).flatMap(([id, { buckets }]) =>
    (buckets?.of ?? [])
      .filter(({ taken, slots }) => taken >= slots)
      .map(({ value }) => ({ id, value, label: buckets?.label ?? '' })),
  )
  return Prisma.sql`NOT EXISTS (
      SELECT 1 FROM UNNEST(${full.map(({ id }) => id)}::uuid[], ${full.map(({ label }) => label)}::text[],
        ${full.map(({ value }) => value)}::text[]) AS f(group_id, label, value)
      JOIN device d ON d.id = t.device_id
      WHERE f.group_id = t.group_id AND d.labels ->> f.label IS NOT DISTINCT FROM f.value)`
}

// A window may have been cut short, or a freeze begun, after a grant was given.
function recallable(pick: Pick): Prisma.Sql[] {
  const closed = Object.entries(pick.groups).flatMap(([id, group]) => (group.closed ? [id] : []))
  if (closed.length === 0 || !started(pick).some((wave) => countOf(wave, ['granted']) > 0)) return []
  return [
    Prisma.sql`(
    SELECT t.device_id, false AS due FROM rollout_target t
    WHERE t.rollout_id = ${hiddenId(pick.rollout.id)} AND t.wave = ANY(${started(pick).map(({ index }) => index)}::int[])
      AND t.state = 'granted' AND NOT t.recalled AND t.group_id = ANY(${closed}::uuid[]) LIMIT ${sweepLimit})`,
  ]
}

// Who came late is looked for; who comes back is due by its report, and who falls silent by its time. In the order of the
// index, so that the first are not others each time; who is a newer rollout's would be the first for as long as that goes on.
function converging(pick: Pick): Prisma.Sql[] {
  const { id } = pick.rollout
  const joining = Prisma.sql`(
    SELECT there.device_id, false AS due FROM (
      SELECT t.device_id FROM rollout_target t
      WHERE t.rollout_id = ${hiddenId(id)} AND t.state = 'skipped' AND t.reason IN ('joined_late', 'superseded') AND ${connected}
      ORDER BY t.device_id OFFSET 0) AS there
    WHERE ${laterSql(id, Prisma.sql`there.device_id`)} IS DISTINCT FROM 'gives' LIMIT ${fillLimit})`
  const granted = inStates(id, ['granted'])
  return [joining, granted, ...fill(pick), ...offerable(pick), ...grantable(pick)]
}

// Looked at in the last wave alone, once its time is over; `decide` says which of them are given up.
function givenUp({ rollout, waves, now }: Pick): Prisma.Sql[] {
  const { giveUpAfterSec } = rollout.policy.timeouts
  const opened = waves.at(-1)?.openedAt ?? null
  return opened === null || now.getTime() < opened + giveUpAfterSec * 1000 ? [] : [awaySql(rollout)]
}

// State by state, as each is a stretch of the index: nearly all targets of a rollout that is over have ended.
function awaySql({ id }: RolloutRow): Prisma.Sql {
  return Prisma.sql`(
    SELECT found.device_id, false AS due FROM UNNEST(${ungranted}::text[]) AS s(state) CROSS JOIN LATERAL (
      SELECT t.device_id, t.position FROM rollout_target t
      WHERE t.rollout_id = ${hiddenId(id)} AND t.state = s.state AND NOT ${connected}
      ORDER BY t.position LIMIT ${fillLimit}) AS found
    ORDER BY found.position LIMIT ${fillLimit})`
}

function inStates(rolloutId: string, states: string[]): Prisma.Sql {
  return Prisma.sql`(
    SELECT found.device_id, false AS due FROM UNNEST(${states}::text[]) AS s(state) CROSS JOIN LATERAL (
      SELECT t.device_id FROM rollout_target t WHERE t.rollout_id = ${hiddenId(rolloutId)} AND t.state = s.state
      ORDER BY t.position LIMIT ${sweepLimit}) AS found
    LIMIT ${sweepLimit})`
}
