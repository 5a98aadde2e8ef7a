import { Prisma, type Tx } from '@bootfleet/db'

/** What people call a rollout, its release and channel, in SQL: `1.4.0 to edge-stable`. Of the row that `rollout` names. */
export function rolloutNameSql(rolloutId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT coalesce(named_release.version, named_release.tag, named_release.repository) || ' to ' || named_channel.name
    FROM rollout named JOIN release named_release ON named_release.id = named.release_id
    JOIN channel named_channel ON named_channel.id = named.channel_id WHERE named.id = ${rolloutId})`
}

/** What people call a rollout, with the beginning of its id, which tells two of one release apart. */
export async function readRolloutName(tx: Tx, id: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ name: string | null }[]>`SELECT ${rolloutNameSql(Prisma.sql`${id}::uuid`)} AS name`
  return calledRollout(row?.name ?? null, id)
}

/** `rollout 1.4.0 to edge-stable (…9f3a01b2)`. Ids begin with the time, so their end tells them apart. */
export function calledRollout(name: string | null, id: string): string {
  return `rollout ${name ?? 'of a release that is gone'} (…${id.slice(-8)})`
}
