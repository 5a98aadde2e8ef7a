import { activeStates, busyStates } from '@bootfleet/domain'
import { Prisma, type Tx } from '@bootfleet/db'

/**
 * Rollouts that a rollout has superseded, and those that these had superseded before they completed, back to the last
 * one that completed. Before it is started: those that it would supersede.
 */
export async function readInBetween(
  tx: Tx,
  of: { readonly rolloutId: string } | { readonly startingOn: string },
): Promise<string[]> {
  const first =
    'rolloutId' in of
      ? Prisma.sql`superseded_by = ${of.rolloutId}::uuid`
      : Prisma.sql`channel_id = ${of.startingOn}::uuid AND state = ANY(${[...activeStates]}::text[])`
  const rows = await tx.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE before AS (
      SELECT id FROM rollout WHERE ${first}
      UNION SELECT r.id FROM rollout r JOIN before ON r.superseded_by = before.id)
    SELECT id::text FROM before ORDER BY id`
  return rows.map(({ id }) => id)
}

/** Of those, the ones that brought the same release: who has it from them has it from this rollout, too. */
export async function readSameInBetween(tx: Tx, of: { rolloutId: string; releaseId: string }): Promise<string[]> {
  const before = await readInBetween(tx, of)
  if (before.length === 0) return []
  const where = { id: { in: before }, releaseId: of.releaseId, kind: { not: 'rollback' } }
  const same = await tx.rollout.findMany({ where, select: { id: true } })
  return same.map(({ id }) => id)
}

// Who timed out after its grant may come back on the image.
const holding: readonly string[] = [...busyStates, 'succeeded']

/** Whether a device, which the query must call `d`, runs the release of one of these rollouts, or was granted it. */
export function holdsSql(rolloutIds: readonly string[]): Prisma.Sql {
  if (rolloutIds.length === 0) return Prisma.sql`false`
  return Prisma.sql`EXISTS (
    SELECT 1 FROM rollout_target h JOIN rollout hr ON hr.id = h.rollout_id LEFT JOIN device_state hs ON hs.device_id = h.device_id
    WHERE h.device_id = d.id AND h.rollout_id = ANY(${[...rolloutIds]}::uuid[]) AND hr.kind <> 'rollback'
      AND (h.state = ANY(${[...holding]}::text[]) OR h.state = 'timed_out' AND h.reason <> 'download'
        OR hs.booted_digest = h.digest))`
}

/** Whether one of these rollouts has granted `d` its reboot and it has not ended there. */
export function busySql(rolloutIds: readonly string[]): Prisma.Sql {
  if (rolloutIds.length === 0) return Prisma.sql`false`
  return Prisma.sql`EXISTS (
    SELECT 1 FROM rollout_target h
    WHERE h.device_id = d.id AND h.rollout_id = ANY(${[...rolloutIds]}::uuid[]) AND h.state = ANY(${[...busyStates]}::text[]))`
}
