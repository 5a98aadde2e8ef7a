import type { Services } from '../../services.ts'

/** Resolves when the database answers, rejects when it does not. */
export async function pingDatabase(services: Services): Promise<void> {
  await services.db.transaction('system', (tx) => tx.$queryRaw`SELECT 1`)
}
