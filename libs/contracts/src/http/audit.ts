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
  /** Id of who did it. */
  actor: z.string().min(1).max(64).optional(),
  /** Kind of what it was done to, such as `rollout`. */
  kind: z.string().min(1).max(64).optional(),
  /** Id of what it was done to. */
  subject: z.string().min(1).max(64).optional(),
})

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
}
