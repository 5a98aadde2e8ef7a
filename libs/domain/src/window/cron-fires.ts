import type { Instant } from '../rollout/instant.ts'
import { parseCron, type Cron } from './cron.ts'
import { zoneOffsets } from './zone-offsets.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

/**
 * When an expression fires in `[from, to]`, each from the calendar itself and none from the one before. A time that the
 * clock leaves out fires at the first instant after the gap; one that it shows twice fires once, at the first. Throws a
 * RangeError for what is no expression or no zone.
 */
export function cronFires(
  expression: string,
  timezone: string,
  { from, to }: { from: Instant; to: Instant },
): Instant[] {
  const cron = parseCron(expression)
  const dates = datesOf(cron, Math.floor((from - 2 * dayMs) / dayMs), Math.floor((to + 2 * dayMs) / dayMs))
  if (dates.length === 0) return []
  // Two days more on each side than an offset or a skipped day can move a time.
  const offsets = zoneOffsets(timezone, from - 2 * dayMs, to + 2 * dayMs)
  const found = new Set<Instant>()
  for (const date of dates) {
    for (const local of timesOf(cron, date)) {
      const at = instantOf(offsets, local)
      if (at >= from && at <= to) found.add(at)
    }
  }
  return [...found].toSorted((one, other) => one - other)
}

function datesOf(cron: Cron, first: number, last: number): number[] {
  const found: number[] = []
  for (let date = first; date <= last; date++) if (isDay(cron, date)) found.push(date)
  return found
}

function isDay({ days, months, weekdays, either }: Cron, date: number): boolean {
  const day = new Date(date * dayMs)
  if (!months.includes(day.getUTCMonth() + 1)) return false
  const ofMonth = days.includes(day.getUTCDate())
  const ofWeek = weekdays.includes(day.getUTCDay())
  return either ? ofMonth || ofWeek : ofMonth && ofWeek
}

function timesOf({ hours, minutes }: Cron, date: number): Instant[] {
  return hours.flatMap((hour) => minutes.map((minute) => date * dayMs + (hour * 60 + minute) * minuteMs))
}

// The first instant at which the clock shows this time, or has passed it.
function instantOf(offsets: ReturnType<typeof zoneOffsets>, local: Instant): Instant {
  for (const [place, { start, offset }] of offsets.entries()) {
    const at = Math.max(local - offset, place === 0 ? Number.NEGATIVE_INFINITY : start)
    if (at < (offsets[place + 1]?.start ?? Number.POSITIVE_INFINITY)) return at
  }
  return Number.NaN
}
