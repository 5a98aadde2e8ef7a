import { z } from 'zod'
import { IdParams, Instant, InstantInput, Key, Labels, NamedRef, PageQuery, pageOf } from './common.ts'
import { EnrollmentDocument } from '../mqtt/enrollment.ts'
import { endpoint } from './endpoint.ts'

const tag = 'enrollment'

export const EnrollmentToken = z
  .object({
    id: z.uuid(),
    name: z.string(),
    /** The first characters: enough to tell tokens apart. */
    display: z.string(),
    group: NamedRef,
    labels: z.record(z.string(), z.string()),
    maxUses: z.number().int().min(1),
    uses: z.number().int().min(0),
    requiresApproval: z.boolean(),
    createdBy: z.string(),
    createdAt: Instant,
    expiresAt: Instant,
    revokedAt: Instant.nullable(),
    usable: z.boolean(),
  })
  .meta({ id: 'EnrollmentToken' })
export type EnrollmentToken = z.infer<typeof EnrollmentToken>

export const CreateEnrollmentToken = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    group: Key.default('default'),
    /** Given to each device that enrolls with it. */
    labels: Labels.default({}),
    maxUses: z.number().int().min(1).max(1_000_000).default(1),
    requiresApproval: z.boolean().default(false),
    /** In 24 hours if not given; at most a year ahead. */
    expiresAt: InstantInput.optional(),
  })
  .meta({ id: 'CreateEnrollmentToken' })

/** Shown once: `document` is what goes onto the device. */
export const CreatedEnrollmentToken = EnrollmentToken.extend({
  token: z.string(),
  document: EnrollmentDocument,
}).meta({ id: 'CreatedEnrollmentToken' })
export type CreatedEnrollmentToken = z.infer<typeof CreatedEnrollmentToken>

export const enrollmentTokens = {
  list: endpoint({
    method: 'GET',
    path: '/v1/enrollment-tokens',
    summary: 'List enrollment tokens, the newest first',
    tag,
    status: 200,
    query: PageQuery,
    response: pageOf(EnrollmentToken, 'EnrollmentTokenPage'),
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/enrollment-tokens',
    summary: 'Create an enrollment token; the answer alone shows it',
    tag,
    status: 201,
    body: CreateEnrollmentToken,
    response: CreatedEnrollmentToken,
  }),
  revoke: endpoint({
    method: 'DELETE',
    path: '/v1/enrollment-tokens/:id',
    summary: 'Revoke an enrollment token; devices that used it stay',
    tag,
    status: 204,
    params: IdParams,
  }),
}
