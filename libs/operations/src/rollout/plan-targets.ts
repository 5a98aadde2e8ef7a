import { planWaves, type PolicySpec } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { eligibilitySql, skipReason, type Selection } from './eligibility.ts'
import { unplacedSql } from './planned-order.ts'
import { countTargets } from './target-counts.ts'
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

interface ChunkRow {
  seen: number
  last: string | null
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
  const { seen, last } = await insertChunk(tx, planning)
  if (seen === planChunk && last !== null) return last
  return planning.stratifyBy ? allSeen : null
}

async function rankChunk(tx: Tx, { rolloutId }: Planning): Promise<string | null> {
  const ranked = await rankTargets(tx, { rolloutId, limit: planChunk })
  return ranked === planChunk ? allSeen : null
}

async function insertChunk(tx: Tx, planning: Planning): Promise<ChunkRow> {
  const { rolloutId, organizationId, planCursor, now } = planning
  const reasons = ['excluded', 'no_manifest', 'already_on_digest', 'quarantined', 'server_behind', 'pinned']
  const because = Object.fromEntries(reasons.map((reason) => [reason, skipReason(reason)]))
  const pending = { code: 'target.planned', message: 'Waits for its wave.' }
  const rows = await tx.$queryRaw<ChunkRow[]>`
    WITH eligible AS (${eligibilitySql(planning)}),
    chunk AS (
      SELECT * FROM eligible WHERE ${planCursor}::uuid IS NULL OR device_id > ${planCursor}::uuid
      ORDER BY device_id LIMIT ${planChunk}),
    written AS (
      INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, state, reason, because, digest,
                                  from_digest, from_boot_key, hops, state_since)
      SELECT ${rolloutId}::uuid, device_id, ${organizationId}::uuid, group_id,
             CASE WHEN skip IS NULL THEN position ELSE ${unplacedSql} END,
             CASE WHEN skip IS NULL THEN 'pending' ELSE 'skipped' END, skip,
             CASE WHEN skip IS NULL THEN ${JSON.stringify(pending)}::jsonb ELSE coalesce(blocked, ${JSON.stringify(because)}::jsonb -> skip) END,
             digest, from_digest, from_boot_key, hops, ${now}
      FROM chunk
      ON CONFLICT DO NOTHING)
    SELECT count(*)::int AS seen, (SELECT device_id::text FROM chunk ORDER BY device_id DESC LIMIT 1) AS last FROM chunk`
  return rows[0] ?? { seen: 0, last: null }
}

async function finish(tx: Tx, { rolloutId, organizationId, policy, now }: Planning): Promise<void> {
  const eligible = await countTargets(tx, rolloutId, ['pending'])
  const waves = planWaves(policy.waves, eligible)
  await tx.rolloutWave.createMany({
    data: waves.map((wave) => ({ ...wave, rolloutId, organizationId, state: 'pending' })),
    skipDuplicates: true,
  })
  await tx.rollout.update({ where: { id: rolloutId }, data: { plannedAt: now, eligible } })
  const because = {
    code: 'rollout.planned',
    message: `${eligible} devices in ${waves.length} waves.`,
    eligible,
    waves: waves.length,
  }
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId, at: now, kind: 'rollout.planned', because } })
}

/** Eligible devices and those left out, by reason (`null`: eligible). */
export async function countEligible(tx: Tx, selection: Selection): Promise<Map<string | null, number>> {
  const rows = await tx.$queryRaw<{ skip: string | null; count: number }[]>`
    SELECT skip, count(*)::int AS count FROM (${eligibilitySql(selection)}) AS e GROUP BY skip`
  return new Map(rows.map(({ skip, count }) => [skip, count]))
}
