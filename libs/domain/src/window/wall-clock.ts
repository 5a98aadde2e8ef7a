import type { Instant } from '../rollout/instant.ts'
import { weekdays, type WeeklyWindow } from './window.ts'
import { zoneOffsets, type ZoneOffset } from './zone-offsets.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs
// 1970-01-01 was a Thursday: the fourth of `weekdays`.
const firstDay = 3

/** A weekly window with its zone's offsets over a span of time. Open exactly while the wall clock there is within it. */
export interface WallClock {
  readonly days: ReadonlySet<number>
  readonly from: number
  readonly to: number
  readonly offsets: readonly ZoneOffset[]
}

/** Prepares a window to be asked about `[from, to]`. Throws a RangeError for a time that is not HH:MM. */
export function wallClock(window: WeeklyWindow, from: Instant, to: Instant): WallClock {
  return {
    days: new Set(window.days.map((day) => weekdays.indexOf(day))),
    from: timeOfDay(window.from),
    to: timeOfDay(window.to),
    offsets: zoneOffsets(window.timezone, from, to),
  }
}

/** Whether an instant is within the window. */
export function isWithin({ days, from, to, offsets }: WallClock, instant: Instant): boolean {
  const local = instant + (offsets.findLast(({ start }) => start <= instant)?.offset ?? 0)
  const date = Math.floor(local / dayMs)
  const time = local - date * dayMs
  if (from < to) return days.has(weekday(date)) && time >= from && time < to
  return (days.has(weekday(date)) && time >= from) || (days.has(weekday(date - 1)) && time < to)
}

/** Instants in `(after, upTo]` at which the window may open or close, in no order. Between them it does neither. */
export function edges({ from, to, offsets }: WallClock, after: Instant, upTo: Instant): Instant[] {
  const found: Instant[] = []
  offsets.forEach(({ start, offset }, place) => {
    const end = offsets[place + 1]?.start ?? upTo + 1
    const first = Math.max(after, start)
    const last = Math.min(upTo, end - 1)
    if (start > after && start <= upTo) found.push(start)
    for (let date = Math.floor((first + offset) / dayMs); date * dayMs <= last + offset; date++) {
      const times = [date * dayMs, date * dayMs + from, date * dayMs + to].map((local) => local - offset)
      found.push(...times.filter((time) => time > after && time >= start && time <= last))
    }
  })
  return found
}

function weekday(date: number): number {
  return (((date + firstDay) % 7) + 7) % 7
}

function timeOfDay(text: string): number {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined) throw new RangeError(`"${text}" is not a time of day, HH:MM`)
  return (Number(hours) * 60 + Number(minutes)) * minuteMs
}
