import type { Signal } from '@bootfleet/contracts'

export interface SignalRow {
  readonly id: string
  readonly name: string
  readonly selector: string | null
  readonly deviceIds: string[]
  readonly message: string
  readonly since: Date
  readonly expiresAt: Date
  readonly endedAt: Date | null
  readonly createdBy: string
}

/** A signal row as the API serves it. */
export function presentSignal(row: SignalRow, now: Date): Signal {
  const { id, name, selector, deviceIds, message, createdBy } = row
  return {
    id,
    name,
    selector,
    devices: deviceIds.length === 0 ? null : deviceIds,
    message,
    since: row.since.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    inForce: row.endedAt === null && row.expiresAt > now,
    createdBy,
  }
}
