import type { Because } from '../rollout/because.ts'
import type { Instant } from '../rollout/instant.ts'
import { cronClock } from './cron-clock.ts'
import { weeklyClock, type WindowClock } from './window-clock.ts'
import type { BlackoutRange, MaintenanceWindow } from './window.ts'

/** Whether devices may apply now, and until when that stays so. */
export interface WindowState {
  readonly open: boolean
  /** When it closes, if it is open and ever closes. */
  readonly until: Instant | null
  /** When it opens, if it is closed and ever opens. */
  readonly reopensAt: Instant | null
  /** Why it is closed. */
  readonly reason?: Because
}

const dayMs = 86_400_000
// One week shows all of a window but the time that a change of the clock leaves out. Where zones meet, their hours may
// lie so that the union changes only with the season.
const oneZone = 15 * dayMs
const manyZones = 400 * dayMs
// A leap day falls on the same weekday every 28 years, and every 40 across a year that is none although its number says so.
const leapDays = 41 * 366 * dayMs

/**
 * Where `now` is in the union of some windows less some blackouts. No windows: always open. A weekly window is open
 * exactly while the wall clock in its zone shows a time within it, so an hour that the clock leaves out is not made up
 * for, and one that it shows twice counts twice. One by cron is open for its duration from each firing on, whenever
 * `now` is, so also for a rollout that comes in the middle. Throws a RangeError for an unknown zone or expression.
 */
export function windowAt(
  windows: readonly MaintenanceWindow[],
  blackouts: readonly BlackoutRange[],
  now: Instant,
): WindowState {
  const span = spanOf(windows)
  const weekly = windows.filter((window) => 'days' in window)
  const crons = windows.filter((window) => 'cron' in window).map((window) => cronClock(window, now))
  const clocks = (at: Instant, upTo: Instant) => [...weekly.map((window) => weeklyClock(window, at, upTo)), ...crons]
  const blackout = blackoutAt(blackouts, now)
  const open = !blackout && isOpen(clocks(now, now), now)
  const change = nextChange({ blackouts, clocks, span }, now, open)
  if (open) return { open, until: change, reopensAt: null }
  return { open, until: null, reopensAt: change, reason: blackout ? blackoutReason(blackout) : outside }
}

// A weekly window opens within the week. What stays open longer than a year is as good as always open.
function spanOf(windows: readonly MaintenanceWindow[]): { open: number; closed: number } {
  const crons = windows.filter((window) => 'cron' in window).length
  if (crons > 0) return { open: manyZones, closed: crons === windows.length ? leapDays : manyZones }
  const some = new Set(windows.map(({ timezone }) => timezone)).size > 1 ? manyZones : oneZone
  return { open: some, closed: some }
}

const outside = { code: 'window.closed', message: 'It is outside the maintenance windows.' }

function blackoutReason({ reason, from, to }: BlackoutRange): Because {
  return { code: 'window.blackout', message: `Nothing is applied in a blackout: ${reason}`, from, to }
}

interface Calendar {
  readonly blackouts: readonly BlackoutRange[]
  readonly clocks: (at: Instant, upTo: Instant) => readonly WindowClock[]
  readonly span: { readonly open: number; readonly closed: number }
}

// From one edge of a blackout to the next: in between only the windows count, and they repeat.
function nextChange(calendar: Calendar, now: Instant, open: boolean): Instant | null {
  const { blackouts } = calendar
  const marks = [...new Set(blackouts.flatMap(({ from, to }) => [from, to]))].filter((mark) => mark > now)
  marks.sort((one, other) => one - other)
  let at = now
  for (const mark of [...marks, Number.POSITIVE_INFINITY]) {
    const found = blackoutAt(blackouts, at) ? closedFrom(at, open) : windowChange(calendar, { at, upTo: mark, open })
    if (found !== null) return found
    at = mark
  }
  return null
}

function closedFrom(at: Instant, open: boolean): Instant | null {
  return open ? at : null
}

interface Stretch {
  readonly at: Instant
  /** Exclusive. */
  readonly upTo: Instant
  readonly open: boolean
}

function windowChange({ clocks, span }: Calendar, { at, upTo, open }: Stretch): Instant | null {
  const end = Math.min(at + (open ? span.open : span.closed), upTo)
  for (let from = at; from < end; from += dayMs) {
    const to = Math.min(from + dayMs, end)
    const ready = clocks(from, to)
    const times = [from, ...ready.flatMap((clock) => clock.edges(from, to))].filter((time) => time < upTo)
    times.sort((one, other) => one - other)
    const found = times.find((time) => isOpen(ready, time) !== open)
    if (found !== undefined) return found
  }
  return null
}

function blackoutAt(blackouts: readonly BlackoutRange[], instant: Instant): BlackoutRange | undefined {
  return blackouts.find(({ from, to }) => from <= instant && instant < to)
}

function isOpen(clocks: readonly WindowClock[], instant: Instant): boolean {
  return clocks.length === 0 || clocks.some((clock) => clock.isWithin(instant))
}
