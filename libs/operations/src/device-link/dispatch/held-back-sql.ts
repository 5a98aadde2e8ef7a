import { Prisma } from '@bootfleet/db'

/**
 * Whether document `x` is not given to its device now, which is in group `g` of organization `o` and here on `conn`: it
 * carries a grant, and there is a freeze, or the grant is for this connection and its window has closed since. Then
 * the rollout takes it back.
 */
export function heldBackSql(now: Date, conn: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(x.payload::jsonb #> '{apply,grant}' IS NOT NULL AND (o.frozen_at IS NOT NULL OR g.frozen_at IS NOT NULL
    OR coalesce(x.payload::jsonb #>> '{apply,grant,conn}' = ${conn}::text
      AND (x.payload::jsonb #>> '{apply,window,until}')::timestamptz <= ${now}, false)))`
}
