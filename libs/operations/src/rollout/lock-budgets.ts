import type { Tx } from '@bootfleet/db'

/**
 * Makes whoever counts and takes slots of these groups wait for this transaction, in the order of their ids. Not a lock
 * on the rows: people change a group and then wake its rollouts, which this transaction has locked already.
 */
export async function lockBudgets(tx: Tx, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length === 0) return
  const keys = [...groupIds].toSorted().map((id) => `budget:${id}`)
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended(n.key, 0))
    FROM UNNEST(${keys}::text[]) WITH ORDINALITY AS n(key, place) ORDER BY n.place`
}
