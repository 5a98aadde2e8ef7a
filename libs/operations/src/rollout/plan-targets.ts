import { planWaves, type PolicySpec } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import { eligibilitySql, skipReason, type Selection } from './eligibility.ts'
import { estimatePlan } from './estimate-plan.ts'
import { addToTally, readTally, tally, tallySql, type GroupTally } from './plan-tally.ts'
import { unplacedSql } from './planned-order.ts'
import { mergedWaves } from './merged-waves.ts'
import { readTargetCounts } from './target-counts.ts'
import { rankTargets } from './rank-targets.ts'

/** Devices that one transaction of planning looks at. */
export const planChunk = 5000

// Past every device: all targets are written, and a stratified order is being ranked.
const allSeen = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

export interface Planning extends Selection {
  readonly planCursor: string | null
  readonly policy: PolicySpec
  readonly now: Date
}

/** Before the id of every device. */
export const beforeAll = '00000000-0000-0000-0000-000000000000'

/** Devices of the channel that one transaction looks at: so many, with ids after the one, up to the other. */
export interface Chunk {
  readonly after: string
  readonly last: string
  readonly seen: number
}

/**
 * Freezes the next chunk of targets and then, for a stratified order, ranks the next chunk of them. Returns whether
 * planning is complete; it goes on after a crash where it stopped, and a chunk that is written twice changes nothing.
 */
export async function planTargets(tx: Tx, planning: Planning): Promise<boolean> {
  const next = planning.planCursor === allSeen ? await rankChunk(tx, planning) : await writeChunk(tx, planning)
  if (next === null) await finish(tx, planning)
  else if (next !== planning.planCursor)
    await tx.rollout.update({ where: { id: planning.rolloutId }, data: { planCursor: next } })
  return next === null
}

async function writeChunk(tx: Tx, planning: Planning): Promise<string | null> {
  const chunk = await nextChunk(tx, planning)
  if (chunk) await addToTally(tx, planning.rolloutId, await insertChunk(tx, planning, chunk))
  if (chunk?.seen === planChunk) return chunk.last
  return planning.stratifyBy ? allSeen : null
}

/** The devices of the channel after the cursor; `undefined` when there are no more. */
export async function nextChunk(
  tx: Tx,
  { organizationId, channelId, planCursor }: Pick<Planning, 'organizationId' | 'channelId' | 'planCursor'>,
): Promise<Chunk | undefined> {
  const after = planCursor ?? beforeAll
  const rows = await tx.$queryRaw<{ last: string; seen: number }[]>`
    SELECT id::text AS last, (count(*) OVER ())::int AS seen FROM (
      SELECT d.id FROM device d
      WHERE d.organization_id = ${organizationId}::uuid AND d.id > ${after}::uuid AND d.removed_at IS NULL
        AND d.group_id IN (SELECT id FROM device_group WHERE channel_id = ${channelId}::uuid)
      ORDER BY d.id LIMIT ${planChunk}) AS chunk
    ORDER BY id DESC LIMIT 1`
  return rows[0] && { after, ...rows[0] }
}

async function rankChunk(tx: Tx, { rolloutId }: Planning): Promise<string | null> {
  const ranked = await rankTargets(tx, { rolloutId, limit: planChunk })
  return ranked === planChunk ? allSeen : null
}

async function insertChunk(tx: Tx, planning: Planning, between: Chunk): Promise<GroupTally[]> {
  const { rolloutId, organizationId, now } = planning
  const reasons = ['excluded', 'no_manifest', 'already_on_digest', 'quarantined', 'server_behind', 'pinned']
  const because = Object.fromEntries(reasons.map((reason) => [reason, skipReason(reason)]))
  const pending = { code: 'target.planned', message: 'Waits for its wave.' }
  const insert = Prisma.sql`
    INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, state, reason, because, digest,
                                from_digest, from_boot_key, hops, pool, state_since)
    SELECT ${rolloutId}::uuid, device_id, ${organizationId}::uuid, group_id,
           CASE WHEN skip IS NULL THEN position ELSE ${unplacedSql} END,
           CASE WHEN skip IS NULL THEN 'pending' ELSE 'skipped' END, skip,
           CASE WHEN skip IS NULL THEN ${JSON.stringify(pending)}::jsonb ELSE coalesce(blocked, ${JSON.stringify(because)}::jsonb -> skip) END,
           digest, from_digest, from_boot_key, hops, pool, ${now}
    FROM (${eligibilitySql({ ...planning, between })}) AS eligible ORDER BY device_id
    ON CONFLICT DO NOTHING RETURNING device_id, group_id, pool, state, hops`
  const rows = Prisma.sql`
    SELECT device_id, group_id, pool, 1 + coalesce(jsonb_array_length(hops), 0) AS boots, true AS pulls
    FROM written WHERE state = 'pending'`
  return tally(tx, Prisma.sql`WITH written AS (${insert}) ${tallySql(rows)}`)
}

async function finish(tx: Tx, { rolloutId, organizationId, channelId, policy, now }: Planning): Promise<void> {
  const counts = (await readTargetCounts(tx, [rolloutId])).filter(({ state }) => state === 'pending')
  const eligible = counts.reduce((total, { count }) => total + count, 0)
  const waves = planWaves(policy.waves, eligible, new Map(counts.map(({ pool, count }) => [pool, count])))
  const merged = mergedWaves(policy, waves)
  await tx.rolloutWave.createMany({
    data: waves.map((wave) => ({ ...wave, rolloutId, organizationId, state: 'pending' })),
    skipDuplicates: true,
  })
  const groups = await readTally(tx, rolloutId)
  const estimate = (await estimatePlan(tx, { channelId, groups, waves, spec: policy, now })) ?? Prisma.DbNull
  const data = { plannedAt: now, eligible, estimate, planTally: Prisma.DbNull }
  await tx.rollout.update({ where: { id: rolloutId }, data })
  const because = {
    code: 'rollout.planned',
    message: `${eligible} devices in ${waves.length} waves.${merged.length > 0 ? ` Merged, as they would add nobody: ${merged.join(', ')}.` : ''}`,
    eligible,
    waves: waves.length,
    ...(merged.length > 0 && { merged }),
  }
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId, at: now, kind: 'rollout.planned', because } })
}

/** Eligible devices and those left out, by reason (`null`: eligible). */
export async function countEligible(tx: Tx, selection: Selection): Promise<Map<string | null, number>> {
  const rows = await tx.$queryRaw<{ skip: string | null; count: number }[]>`
    SELECT skip, count(*)::int AS count FROM (${eligibilitySql(selection)}) AS e GROUP BY skip`
  return new Map(rows.map(({ skip, count }) => [skip, count]))
}

/** Whether there is somebody to plan for. Reads up to the first, where counting reads all. */
export async function isAnyoneEligible(tx: Tx, selection: Selection): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM (${eligibilitySql(selection)}) AS e WHERE skip IS NULL LIMIT 1`
  return rows.length > 0
}
