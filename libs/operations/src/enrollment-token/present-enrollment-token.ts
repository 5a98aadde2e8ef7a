import { z } from 'zod'
import type { EnrollmentToken } from '@bootfleet/contracts'

export interface EnrollmentTokenRow {
  readonly id: string
  readonly name: string
  readonly display: string
  readonly groupId: string
  readonly labels: unknown
  readonly maxUses: number
  readonly uses: number
  readonly requiresApproval: boolean
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

const Labels = z.record(z.string(), z.string())

/** An enrollment token as the API serves it at `now`: without the token. */
export function presentEnrollmentToken(
  row: EnrollmentTokenRow,
  { groupName, now }: { groupName: string; now: Date },
): EnrollmentToken {
  const { id, name, display, maxUses, uses, requiresApproval, createdBy, expiresAt, revokedAt } = row
  return {
    id,
    name,
    display,
    group: { id: row.groupId, name: groupName },
    labels: Labels.parse(row.labels),
    maxUses,
    uses,
    requiresApproval,
    createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    revokedAt: revokedAt?.toISOString() ?? null,
    usable: revokedAt === null && expiresAt > now && uses < maxUses,
  }
}
