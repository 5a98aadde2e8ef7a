import { Prisma, type Tx } from '@bootfleet/db'
import { estimatePlan } from './estimate-plan.ts'
import { backReasons, backRowsSql, goingBackSql, whyNotBack } from './going-back.ts'
import { hiddenId } from './hidden-id.ts'
import { readSameInBetween } from './in-between.ts'
import type { RolloutRow } from './lock-rollout.ts'
import { addToTally, readTally, tallySql, type GroupTally } from './plan-tally.ts'
import { beforeAll, planChunk } from './plan-targets.ts'
import { countTargets } from './target-counts.ts'
import { readWaysBack } from './ways-back.ts'

interface ChunkRow {
  seen: number
  last: string | null
  tallies: GroupTally[]
}

/**
 * Freezes the next chunk of a roll-back's targets: every device that its parent, or a rollout of the same release that
 * this took the place of, granted a reboot, or that runs the image.
 * It goes on after a crash where it stopped, and a chunk that is written twice changes nothing.
 */
export async function planRollback(tx: Tx, rollout: RolloutRow, now: Date): Promise<void> {
  const { seen, last, tallies } = await insertChunk(tx, rollout, now)
  await addToTally(tx, rollout.id, tallies)
  if (seen < planChunk || last === null) await finish(tx, rollout, now)
  else await tx.rollout.update({ where: { id: rollout.id }, data: { planCursor: last } })
}

async function insertChunk(tx: Tx, rollout: RolloutRow, now: Date): Promise<ChunkRow> {
  const { id, organizationId, parentId, planCursor } = rollout
  const because = Object.fromEntries(backReasons.map((reason) => [reason, whyNotBack(reason)]))
  const pending = { code: 'target.planned', message: 'Waits for its turn to go back.' }
  const { releaseId } = rollout
  const ways = await readWaysBack(tx, rollout)
  const sameBefore = await readSameInBetween(tx, { rolloutId: parentId ?? id, releaseId })
  const rows = await tx.$queryRaw<ChunkRow[]>`
    WITH chunk AS MATERIALIZED (
      SELECT * FROM rollout_target
      WHERE rollout_id = ${hiddenId(parentId ?? id)} AND device_id > ${planCursor ?? beforeAll}::uuid
      ORDER BY device_id LIMIT ${planChunk}),
    judged AS (${goingBackSql({ ...rollout, ways, sameBefore, targets: Prisma.sql`chunk`, oneByOne: true })}),
    written AS (
      INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, state, reason, because, digest,
                                  from_digest, from_boot_key, state_since)
      SELECT ${id}::uuid, device_id, ${organizationId}::uuid, group_id, position & 4503599627370495,
             CASE WHEN skip IS NULL THEN 'pending' ELSE 'skipped' END, skip,
             CASE WHEN skip IS NULL THEN ${JSON.stringify(pending)}::jsonb ELSE coalesce(blocked, ${JSON.stringify(because)}::jsonb -> skip) END,
             coalesce(goal, ''), digest, from_boot_key, ${now}
      FROM judged ON CONFLICT DO NOTHING),
    tallied AS (${tallySql(backRowsSql(Prisma.sql`judged WHERE skip IS NULL`))})
    SELECT count(*)::int AS seen, (SELECT device_id::text FROM chunk ORDER BY device_id DESC LIMIT 1) AS last,
      (SELECT coalesce(jsonb_agg(to_jsonb(tallied) - 'named' || named), '[]') FROM tallied) AS tallies
    FROM chunk`
  return rows[0] ?? { seen: 0, last: null, tallies: [] }
}

async function finish(tx: Tx, rollout: RolloutRow, now: Date): Promise<void> {
  const { id: rolloutId, organizationId, channelId, policy } = rollout
  const eligible = await countTargets(tx, rolloutId, ['pending'])
  const planned = waveBack(policy.waves[0]?.name, eligible)
  const wave = { ...planned, rolloutId, organizationId, state: 'pending' }
  if (eligible > 0) await tx.rolloutWave.createMany({ data: [wave], skipDuplicates: true })
  const groups = await readTally(tx, rolloutId)
  const plan = { channelId, groups, waves: [planned], spec: policy, now }
  const estimate = (await estimatePlan(tx, plan)) ?? Prisma.DbNull
  const data = { plannedAt: now, eligible, estimate, planTally: Prisma.DbNull }
  await tx.rollout.update({ where: { id: rolloutId }, data })
  const because = {
    code: 'rollout.planned',
    message: `${eligible} devices go back.`,
    eligible,
    waves: eligible > 0 ? 1 : 0,
  }
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId, at: now, kind: 'rollout.planned', because } })
}

/** The one wave of a roll-back. */
export function waveBack(name = 'rollback', size = 0) {
  return { index: 0, rule: 0, name, size }
}
