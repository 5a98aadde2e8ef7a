import { Prisma } from '@bootfleet/db'
import { hiddenId } from './hidden-id.ts'

/**
 * Targets of a rollout with these device ids, in the order of the ids, as the FROM item `t`. Each is looked up by the whole
 * primary key, whatever statistics say.
 */
export function targetsById(
  rolloutId: string,
  deviceIds: readonly string[],
  { lock = false, columns = Prisma.sql`*` }: { lock?: boolean; columns?: Prisma.Sql } = {},
): Prisma.Sql {
  return Prisma.sql`UNNEST(${[...deviceIds]}::uuid[]) AS wanted(id) CROSS JOIN LATERAL (
    SELECT ${columns} FROM rollout_target WHERE rollout_id = ${hiddenId(rolloutId)} AND device_id = wanted.id OFFSET 0
    ${lock ? Prisma.sql`FOR UPDATE` : Prisma.empty}) AS t`
}
