import { z } from 'zod'
import { IdParams, Instant, InstantInput, PageQuery, Role, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'

const tag = 'api-tokens'

export const ApiToken = z
  .object({
    id: z.uuid(),
    name: z.string(),
    /** The first characters: enough to tell tokens apart. */
    display: z.string(),
    role: Role,
    createdBy: z.string(),
    createdAt: Instant,
    expiresAt: Instant.nullable(),
    lastUsedAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
  })
  .meta({ id: 'ApiToken' })
export type ApiToken = z.infer<typeof ApiToken>

export const CreateApiToken = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    role: Role,
    /** Null: never. In 90 days if not given. */
    expiresAt: InstantInput.nullable().optional(),
  })
  .meta({ id: 'CreateApiToken' })

export const CreatedApiToken = ApiToken.extend({ token: z.string() }).meta({ id: 'CreatedApiToken' })
export type CreatedApiToken = z.infer<typeof CreatedApiToken>

export const apiTokens = {
  list: endpoint({
    method: 'GET',
    path: '/v1/api-tokens',
    summary: 'List API tokens, the newest first',
    tag,
    status: 200,
    query: PageQuery,
    response: pageOf(ApiToken, 'ApiTokenPage'),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/api-tokens',
    summary: 'Create an API token; the answer alone shows it',
    tag,
    status: 201,
    body: CreateApiToken,
    response: CreatedApiToken,
  }),
  revoke: endpoint({
    method: 'DELETE',
    path: '/v1/api-tokens/:id',
    summary: 'Revoke an API token',
    tag,
    status: 204,
    params: IdParams,
  }),
}
