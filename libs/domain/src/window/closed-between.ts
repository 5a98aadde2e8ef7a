import type { Instant } from '../rollout/instant.ts'
import { windowAt } from './window-at.ts'
import type { BlackoutRange, MaintenanceWindow } from './window.ts'

const mostChanges = 1000

export interface Calendar {
  readonly windows: readonly MaintenanceWindow[]
  readonly blackouts: readonly BlackoutRange[]
}

/** Milliseconds in `[from, to)` in which devices may not apply. Beyond a thousand changes what is left counts as closed. */
export function closedBetween({ windows, blackouts }: Calendar, from: Instant, to: Instant): number {
  let closedMs = 0
  let at = from
  for (let change = 0; at < to && change < mostChanges; change++) {
    const { open, until, reopensAt } = windowAt(windows, blackouts, at)
    const end = Math.min((open ? until : reopensAt) ?? to, to)
    if (!open) closedMs += end - at
    at = end
  }
  return closedMs + Math.max(0, to - at)
}
