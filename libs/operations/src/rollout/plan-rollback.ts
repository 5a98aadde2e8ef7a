import { busyStates } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'
import type { RolloutRow } from './lock-rollout.ts'
import { planChunk } from './plan-targets.ts'
import { skipReason } from './eligibility.ts'
import { countTargets } from './target-counts.ts'
import { readWaysBack, wayBackSql, type WayBackRow } from './ways-back.ts'

interface ChunkRow {
  seen: number
  last: string | null
}

const sentences: Record<string, string> = {
  already_on_digest: 'The device runs the image that it would go back to already.',
  other_image:
    'The device runs neither the release that is rolled back nor the image that it had before. It is left alone.',
  no_last_good:
    'The image that the device had before is neither in its rollback slot nor a known release. Move it by hand, or by a rollout.',
  other_channel: "The device's group follows another channel now. Move it by a rollout there.",
  quarantined:
    'The device rolled back from the image that it had before, earlier. Lift the quarantine, or move it by hand.',
}
const reasons = [...Object.keys(sentences), 'server_behind']

function whyNotBack(reason: string): { code: string; message: string } {
  const message = sentences[reason]
  return message === undefined ? skipReason(reason) : { code: `skip.${reason}`, message }
}

/**
 * Freezes the next chunk of a roll-back's targets: every device that its parent granted a reboot, or that runs the image.
 * It goes on after a crash where it stopped, and a chunk that is written twice changes nothing.
 */
export async function planRollback(tx: Tx, rollout: RolloutRow, now: Date): Promise<void> {
  const { seen, last } = await insertChunk(tx, rollout, now)
  if (seen < planChunk || last === null) await finish(tx, rollout, now)
  else await tx.rollout.update({ where: { id: rollout.id }, data: { planCursor: last } })
}

async function insertChunk(tx: Tx, { id, organizationId, planCursor, ...rollout }: RolloutRow, now: Date) {
  const because = Object.fromEntries(reasons.map((reason) => [reason, whyNotBack(reason)]))
  const pending = { code: 'target.planned', message: 'Waits for its turn to go back.' }
  const rows = await tx.$queryRaw<ChunkRow[]>`
    WITH chunk AS (
      SELECT * FROM rollout_target WHERE rollout_id = ${rollout.parentId}::uuid
        AND (${planCursor}::uuid IS NULL OR device_id > ${planCursor}::uuid)
      ORDER BY device_id LIMIT ${planChunk}),
    judged AS (${judgedSql(rollout, await readWaysBack(tx, rollout))}),
    written AS (
      INSERT INTO rollout_target (rollout_id, device_id, organization_id, group_id, position, state, reason, because, digest,
                                  from_digest, from_boot_key, state_since)
      SELECT ${id}::uuid, device_id, ${organizationId}::uuid, group_id, position & 4503599627370495,
             CASE WHEN skip IS NULL THEN 'pending' ELSE 'skipped' END, skip,
             CASE WHEN skip IS NULL THEN ${JSON.stringify(pending)}::jsonb ELSE coalesce(blocked, ${JSON.stringify(because)}::jsonb -> skip) END,
             coalesce(goal, ''), digest, from_boot_key, ${now}
      FROM judged
      ON CONFLICT DO NOTHING)
    SELECT count(*)::int AS seen, (SELECT device_id::text FROM chunk ORDER BY device_id DESC LIMIT 1) AS last FROM chunk`
  return rows[0] ?? { seen: 0, last: null }
}

/**
 * Targets of the parent that are to go back, and what keeps them from it. A device that was granted its reboot and has
 * not been heard of since may come up on either image: it is judged when it does.
 */
function judgedSql(
  { channelId, releaseId }: Pick<RolloutRow, 'channelId' | 'releaseId'>,
  ways: readonly WayBackRow[],
): Prisma.Sql {
  const onImage = Prisma.sql`s.booted_digest IN (t.digest, r.index_digest)`
  return Prisma.sql`
    SELECT j.*, CASE WHEN j.way ->> 'code' = 'skip.' || j.skip THEN j.way END AS blocked FROM (
    SELECT t.device_id, d.group_id, t.position, t.from_digest AS goal, t.digest, way.blocked AS way,
      CASE WHEN ${onImage} THEN s.boot_key END AS from_boot_key,
      CASE
        WHEN t.from_digest IS NULL OR t.from_digest IN (t.digest, r.index_digest) THEN 'no_last_good'
        WHEN NOT ${undecidedSql} AND s.booted_digest = t.from_digest THEN 'already_on_digest'
        WHEN NOT ${undecidedSql} AND s.booted_digest IS NOT NULL AND NOT ${onImage} THEN 'other_image'
        WHEN way.blocked IS NOT NULL THEN substr(way.blocked ->> 'code', length('skip.') + 1)
        WHEN q.digest IS NOT NULL THEN 'quarantined'
        WHEN x.held_since IS NOT NULL THEN 'server_behind'
        WHEN g.channel_id IS DISTINCT FROM ${channelId}::uuid THEN 'other_channel'
        WHEN NOT ${reachableSql} THEN 'no_last_good'
      END AS skip
    FROM chunk t
    JOIN device d ON d.id = t.device_id AND d.removed_at IS NULL
    JOIN device_group g ON g.id = d.group_id
    JOIN release r ON r.id = ${releaseId}::uuid
    LEFT JOIN device_state s ON s.device_id = t.device_id
    LEFT JOIN device_desired x ON x.device_id = t.device_id
    LEFT JOIN device_quarantine q ON q.device_id = t.device_id AND q.digest = t.from_digest AND q.lifted_at IS NULL
    ${wayBackSql(ways)}
    WHERE t.first_granted_at IS NOT NULL OR ${onImage} OR t.state = ANY(${[...busyStates, 'succeeded']}::text[])) AS j`
}

const undecidedSql = Prisma.sql`(t.state IN ('granted', 'rebooting')
  OR t.state = 'timed_out' AND t.grant_boot_key IS NOT DISTINCT FROM s.boot_key)`

// The image is in the slot of the device, runs now, or can be pulled from where a release of it was made.
const reachableSql = Prisma.sql`(coalesce(t.from_digest IN (s.booted_digest, s.rollback_digest), false)
  OR EXISTS (SELECT 1 FROM release k WHERE k.organization_id = t.organization_id AND k.index_digest = t.from_digest)
  OR EXISTS (SELECT 1 FROM release_manifest m WHERE m.organization_id = t.organization_id AND m.manifest_digest = t.from_digest))`

async function finish(tx: Tx, { id: rolloutId, organizationId, policy }: RolloutRow, now: Date): Promise<void> {
  const eligible = await countTargets(tx, rolloutId, ['pending'])
  const name = policy.waves[0]?.name ?? 'rollback'
  const wave = { rolloutId, organizationId, index: 0, rule: 0, name, size: eligible, state: 'pending' }
  if (eligible > 0) await tx.rolloutWave.createMany({ data: [wave], skipDuplicates: true })
  await tx.rollout.update({ where: { id: rolloutId }, data: { plannedAt: now, eligible } })
  const because = {
    code: 'rollout.planned',
    message: `${eligible} devices go back.`,
    eligible,
    waves: eligible > 0 ? 1 : 0,
  }
  await tx.rolloutEvent.create({ data: { organizationId, rolloutId, at: now, kind: 'rollout.planned', because } })
}
