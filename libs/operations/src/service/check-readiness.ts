import type { Services } from '../services.ts'

/** What keeps this process from serving, in words; empty when nothing does. */
export async function checkReadiness({ db }: Services): Promise<readonly string[]> {
  try {
    await db.transaction('system', (tx) => tx.organization.findFirst({ select: { id: true } }))
    return []
  } catch {
    return ['The database does not answer as it should: check DATABASE_URL, and that the migrations were applied.']
  }
}
