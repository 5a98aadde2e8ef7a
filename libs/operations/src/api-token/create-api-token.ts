import type { z } from 'zod'
import { newToken } from '@bootfleet/pki'
import type { CreateApiToken, CreatedApiToken } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { personBehind } from '../session/person-behind.ts'
import { apiTokenPrefix } from '../session/token-prefixes.ts'
import { presentApiToken } from './present-api-token.ts'

const defaultLifeMs = 90 * 86_400_000

/** Makes a token for pipelines and scripts. Only the answer shows it. */
export async function createApiToken(ctx: Ctx, input: z.output<typeof CreateApiToken>): Promise<CreatedApiToken> {
  authorize(ctx, 'token:write')
  const { organizationId, services, actor } = ctx
  const { name, role } = input
  const id = services.newId()
  const now = services.now()
  const expiresAt = readExpiry(input.expiresAt, now)
  const { token, sha256, display } = newToken(apiTokenPrefix)
  const stored = { name, display, tokenSha256: sha256, role, createdBy: actor.name, createdAt: now, expiresAt }
  return inOrganization(ctx, async (tx) => {
    const createdById = await personBehind(tx, ctx)
    const row = await tx.apiToken.create({ data: { id, organizationId, ...stored, createdById } })
    await audit(tx, ctx, { action: 'api_token.create', subject: { kind: 'api_token', id }, detail: { name, role } })
    return { ...presentApiToken(row), token }
  })
}

function readExpiry(given: string | null | undefined, now: Date): Date | null {
  if (given === null) return null
  if (given === undefined) return new Date(now.getTime() + defaultLifeMs)
  const expiresAt = new Date(given)
  if (expiresAt > now) return expiresAt
  throw new OperationError('invalid', 'The expiry must lie ahead.', { field: 'expiresAt' })
}
