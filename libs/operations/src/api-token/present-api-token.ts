import { Role, type ApiToken } from '@bootfleet/contracts'

export interface ApiTokenRow {
  readonly id: string
  readonly name: string
  readonly display: string
  readonly role: string
  readonly createdBy: string
  readonly createdAt: Date
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

/** An API token as the API serves it: without the token. */
export function presentApiToken(row: ApiTokenRow): ApiToken {
  const { id, name, display, createdBy } = row
  return {
    id,
    name,
    display,
    role: Role.parse(row.role),
    createdBy,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }
}
