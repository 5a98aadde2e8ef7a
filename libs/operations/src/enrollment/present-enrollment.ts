import { z } from 'zod'
import { EnrollmentClaim, enrollmentStates, type Enrollment } from '@bootfleet/contracts'

export interface EnrollmentRow {
  readonly id: string
  readonly state: string
  readonly hardwareId: string
  readonly request: unknown
  readonly token: { readonly id: string; readonly name: string }
  readonly deviceId: string | null
  readonly createdAt: Date
  readonly decidedAt: Date | null
  readonly decidedBy: string | null
}

const Request = z
  .object({
    architecture: z.string(),
    hostname: z.string().nullish(),
    agent: z.string().nullish(),
    claims: EnrollmentClaim.nullish(),
  })
  .catch({ architecture: 'unknown' })
const State = z.enum(enrollmentStates)

/** A request to enroll as the API serves it. */
export function presentEnrollment(row: EnrollmentRow): Enrollment {
  const { architecture, hostname, agent, claims } = Request.parse(row.request)
  const { id, name } = row.token
  return {
    id: row.id,
    state: State.parse(row.state),
    hardwareId: row.hardwareId,
    hostname: hostname ?? null,
    architecture,
    agent: agent ?? null,
    token: { id, name },
    claims: claims ?? null,
    deviceId: row.deviceId,
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    decidedBy: row.decidedBy,
  }
}
