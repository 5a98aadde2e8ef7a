import type { Instant } from '../rollout/instant.ts'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

/**
 * A weekly range of wall-clock time. A `to` that is not after `from` is on the next day, and the range belongs to the
 * day on which it starts; equal times make a whole day.
 */
export interface WeeklyWindow {
  readonly days: readonly Weekday[]
  /** HH:MM */
  readonly from: string
  /** HH:MM, exclusive */
  readonly to: string
  /** IANA name, such as Europe/Berlin */
  readonly timezone: string
}

/** Open for a time after each firing of a cron expression. Firings that come while it is open keep it open longer. */
export interface CronWindow {
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string
  /** Of time that passes, whatever the clock on the wall does meanwhile. */
  readonly durationMin: number
  /** IANA name, such as Europe/Berlin */
  readonly timezone: string
}

/** When devices may apply. */
export type MaintenanceWindow = WeeklyWindow | CronWindow

/** A range of time, `to` exclusive, in which nothing is applied whatever the windows say. */
export interface BlackoutRange {
  readonly from: Instant
  readonly to: Instant
  readonly reason: string
}
