import { newToken, verifyPassword } from '@bootfleet/pki'
import type { Session } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import type { Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import type { Services } from '../services.ts'
import { authenticate } from './authenticate.ts'
import { getMe } from './get-me.ts'
import { sessionTokenPrefix } from './token-prefixes.ts'

const lifeMs = 7 * 86_400_000

export interface CreateSessionInput {
  readonly email: string
  readonly password: string
  readonly requestId?: string
}

/**
 * Signs a person in for seven days. Throws `unauthenticated` with the same text, after the same work, whether the user
 * does not exist, is disabled or gave a wrong password.
 */
export async function createSession(services: Services, input: CreateSessionInput): Promise<Session> {
  const email = input.email.trim().toLowerCase()
  const user = await services.db.transaction('system', (tx) => tx.userAccount.findUnique({ where: { email } }))
  const right = await verifyPassword(input.password, user?.passwordHash)
  if (user === null || !right || user.disabledAt !== null) {
    const message = 'The e-mail address or the password is wrong.'
    throw new OperationError('unauthenticated', message, { reason: 'wrong_credentials' })
  }
  const { token, sha256 } = newToken(sessionTokenPrefix)
  const now = services.now()
  const { id: userId, organizationId } = user
  const expiresAt = new Date(now.getTime() + lifeMs)
  const id = services.newId()
  await services.db.transaction({ organizationId }, async (tx) => {
    await tx.session.create({ data: { id, organizationId, userId, tokenSha256: sha256, createdAt: now, expiresAt } })
    const actor = { kind: 'user', id: userId, name: user.name, role: 'viewer' } as const
    const ctx = { services, organizationId, actor, ...(input.requestId && { requestId: input.requestId }) }
    await audit(tx, ctx, { action: 'session.create', subject: { kind: 'session', id } })
  })
  const identity = await authenticate(services, token)
  const ctx: Ctx = { services, organizationId, actor: identity.actor }
  return { token, expiresAt: expiresAt.toISOString(), me: await getMe(ctx) }
}
