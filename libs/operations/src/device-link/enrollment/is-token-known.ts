import { sha256OfToken } from '@bootfleet/pki'
import type { Services } from '../../services.ts'

/** Whether an enrollment token was issued and not revoked: one look-up, without a lock. */
export async function isTokenKnown(services: Services, token: string): Promise<boolean> {
  const where = { tokenSha256: sha256OfToken(token) }
  const found = await services.db.transaction('system', (tx) =>
    tx.enrollmentToken.findUnique({ where, select: { revokedAt: true } }),
  )
  return found !== null && found.revokedAt === null
}
