import { z } from 'zod'
import type { DeviceLog } from '@bootfleet/contracts'

const Parts = z.record(z.string(), z.string()).catch({})

export interface DeviceLogRow {
  readonly id: string
  readonly parts: unknown
  readonly lastPart: number | null
  readonly receivedAt: Date
}

const missing = '\n[a part of the log was lost on its way]\n'

/** The text of a log up to its last part, with a note where one is missing. */
export function readLogText({ parts, lastPart }: Pick<DeviceLogRow, 'parts' | 'lastPart'>): string {
  const known = Parts.parse(parts)
  const last = lastPart ?? Math.max(-1, ...Object.keys(known).map(Number))
  return Array.from({ length: last + 1 }, (_, part) => known[String(part)] ?? missing).join('')
}

/** A log without its text. */
export function presentLog(row: DeviceLogRow): DeviceLog {
  const known = Parts.parse(row.parts)
  const { lastPart } = row
  const complete = lastPart !== null && Array.from({ length: lastPart + 1 }).every((_, part) => String(part) in known)
  return { id: row.id, receivedAt: row.receivedAt.toISOString(), complete, length: readLogText(row).length }
}
