import { z } from 'zod'
import { IdParams, Instant, NamedRef, PageQuery, pageOf } from './common.ts'
import { endpoint } from './endpoint.ts'

const tag = 'enrollment'

export const enrollmentStates = ['pending', 'approved', 'issued', 'rejected'] as const

/** A device that a machine says it is, and why an operator decides: whoever is let in takes its place. */
export const EnrollmentClaim = z
  .object({ device: NamedRef, why: z.enum(['connected', 'other_group']) })
  .meta({ id: 'EnrollmentClaim' })
export type EnrollmentClaim = z.infer<typeof EnrollmentClaim>

export const Enrollment = z
  .object({
    id: z.uuid(),
    state: z.enum(enrollmentStates),
    hardwareId: z.string(),
    hostname: z.string().nullable(),
    architecture: z.string(),
    agent: z.string().nullable(),
    token: NamedRef,
    claims: EnrollmentClaim.nullable(),
    deviceId: z.uuid().nullable(),
    createdAt: Instant,
    decidedAt: Instant.nullable(),
    decidedBy: z.string().nullable(),
  })
  .meta({ id: 'Enrollment' })
export type Enrollment = z.infer<typeof Enrollment>

export const ListEnrollments = PageQuery.extend({ state: z.enum(enrollmentStates).optional() })

export const enrollments = {
  list: endpoint({
    method: 'GET',
    path: '/v1/enrollments',
    summary: 'List requests to enroll, the newest first',
    tag,
    status: 200,
    query: ListEnrollments,
    response: pageOf(Enrollment, 'EnrollmentPage'),
  }),
  approve: endpoint({
    method: 'POST',
    path: '/v1/enrollments/:id/approve',
    summary: 'Let a machine in; it gets its certificate when it asks the next time',
    tag,
    status: 200,
    params: IdParams,
    response: Enrollment,
  }),
  reject: endpoint({
    method: 'POST',
    path: '/v1/enrollments/:id/reject',
    summary: 'Turn a machine away',
    tag,
    status: 200,
    params: IdParams,
    response: Enrollment,
  }),
}
