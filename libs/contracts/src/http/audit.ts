import { z } from 'zod'
import { Instant, PageQuery, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'

export const AuditEntry = z
  .object({
    id: z.string(),
    at: Instant,
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    /** Such as `rollout.pause`. */
    action: z.string(),
    subject: z.object({ kind: z.string(), id: z.string() }),
    detail: z.record(z.string(), z.unknown()),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const ListAudit = PageQuery.extend({
  action: z.string().min(1).max(64).optional(),
  /** Who did it: an id, the name that was noted then, or the e-mail of a person. */
  actor: z.string().trim().min(1).max(254).optional(),
  /** Kind of what it was done to, such as `rollout`. */
  kind: z.string().min(1).max(64).optional(),
  /** Id of what it was done to. */
  subject: z.string().min(1).max(64).optional(),
})

/** A person or an API token that may be asked for as `actor`. */
export const AuditActor = z
  .object({
    kind: z.enum(['user', 'token']),
    id: z.uuid(),
    name: z.string(),
    /** Of a person; names alone may be those of two. */
    email: z.string().nullable(),
  })
  .meta({ id: 'AuditActor' })
export type AuditActor = z.infer<typeof AuditActor>

export const audit = {
  list: endpoint({
    method: 'GET',
    path: '/v1/audit',
    summary: 'List who did what, the newest first',
    tag: 'audit',
    status: 200,
    query: ListAudit,
    response: pageOf(AuditEntry, 'AuditPage'),
  }),
  actors: endpoint({
    method: 'GET',
    path: '/v1/audit/actors',
    summary: 'List people and API tokens by name, revoked ones too',
    tag: 'audit',
    status: 200,
    query: PageQuery,
    response: pageOf(AuditActor, 'AuditActorPage'),
  }),
}
