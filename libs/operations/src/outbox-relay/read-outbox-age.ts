import type { Services } from '../services.ts'

/** How long the oldest unpublished outbox row has waited, in seconds; 0 when none waits. */
export async function readOutboxAge(services: Services): Promise<number> {
  const rows = await services.db.transaction(
    'system',
    (tx) =>
      tx.$queryRaw<{ oldest: Date | null }[]>`SELECT min(created_at) AS oldest FROM outbox WHERE published_seq IS NULL`,
  )
  const oldest = rows[0]?.oldest
  return oldest ? Math.max(0, (services.now().getTime() - oldest.getTime()) / 1000) : 0
}
