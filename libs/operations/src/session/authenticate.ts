import { sha256OfToken } from '@bootfleet/pki'
import type { Tx } from '@bootfleet/db'
import { roles, type Actor, type Role } from '../context.ts'
import { OperationError } from '../errors.ts'
import type { Services } from '../services.ts'
import { apiTokenPrefix, sessionTokenPrefix } from './token-prefixes.ts'

/** Who presented a credential, and for which organization. */
export interface Identity {
  readonly organizationId: string
  readonly actor: Extract<Actor, { kind: 'user' | 'token' }>
  /** Set when it was a session that a person signed in to. */
  readonly sessionId?: string
}

const useShownAfterMs = 60_000

/** Finds out who presents a session token or an API token. Throws `unauthenticated`, with the same text for every cause. */
export async function authenticate(services: Services, token: string): Promise<Identity> {
  const now = services.now()
  const hash = token.length <= 200 ? sha256OfToken(token) : ''
  const identity = await services.db.transaction('system', async (tx) => {
    if (token.startsWith(`${sessionTokenPrefix}_`)) return ofSession(tx, hash, now)
    return token.startsWith(`${apiTokenPrefix}_`) ? ofApiToken(tx, hash, now) : undefined
  })
  if (identity !== undefined) return identity
  throw new OperationError(
    'unauthenticated',
    'The credentials are unknown, expired or revoked: sign in again or use another token.',
  )
}

async function ofSession(tx: Tx, tokenSha256: string, now: Date): Promise<Identity | undefined> {
  const session = await tx.session.findUnique({ where: { tokenSha256 }, include: { user: true } })
  if (session === null || session.expiresAt <= now || session.user.disabledAt !== null) return undefined
  const { id, name, role, organizationId } = session.user
  return { organizationId, sessionId: session.id, actor: { kind: 'user', id, name, role: readRole(role) } }
}

async function ofApiToken(tx: Tx, tokenSha256: string, now: Date): Promise<Identity | undefined> {
  const row = await tx.apiToken.findUnique({ where: { tokenSha256 } })
  if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) return undefined
  const { id, name, role, organizationId, lastUsedAt } = row
  if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() > useShownAfterMs) {
    await tx.apiToken.updateMany({ where: { id }, data: { lastUsedAt: now } })
  }
  return { organizationId, actor: { kind: 'token', id, name, role: readRole(role) } }
}

function readRole(text: string): Role {
  const role = roles.find((known) => known === text)
  if (role === undefined) throw new Error(`The database holds an unknown role "${text}".`)
  return role
}
