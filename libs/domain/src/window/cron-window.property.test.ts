import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowAt } from './window-at.ts'
import type { BlackoutRange } from './window.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

// Two weeks around a change of the clock, and the firings of the weeks before that are still open then.
const around = (zone: string, change: string) => ({ zone, from: Date.parse(change) - 7 * dayMs })
const places = [
  around('Europe/Berlin', '2026-03-29T01:00Z'),
  around('Europe/Berlin', '2026-10-25T01:00Z'),
  around('America/New_York', '2028-03-05T07:00Z'),
  around('America/New_York', '2026-11-01T06:00Z'),
  around('Australia/Lord_Howe', '2026-10-03T15:30Z'),
  around('Australia/Lord_Howe', '2026-04-04T15:00Z'),
  around('America/Santiago', '2026-09-06T04:00Z'),
  around('Africa/Casablanca', '2026-02-15T02:00Z'),
  around('Pacific/Apia', '2011-12-30T10:00Z'),
  around('Asia/Kolkata', '2028-02-29T00:00Z'),
]
const leadMin = 4 * 1440
const shownMin = 14 * 1440

interface Expression {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  /** `null` is a star. */
  readonly days: readonly number[] | null
  readonly months: readonly number[] | null
  readonly weekdays: readonly number[] | null
}

const some = (min: number, max: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength })
const orStar = (list: fc.Arbitrary<number[]>) => fc.option(list, { nil: null })
const expression: fc.Arbitrary<Expression> = fc.record({
  minutes: some(0, 59, 3),
  hours: fc.oneof(some(0, 4, 3), some(0, 23, 8)),
  days: orStar(some(1, 28, 12)),
  months: orStar(fc.constant([2, 3, 4, 9, 10, 11, 12])),
  weekdays: orStar(some(0, 6, 4)),
})
const text = ({ minutes, hours, days, months, weekdays }: Expression) =>
  [minutes, hours, days, months, weekdays].map((list) => list?.join(',') ?? '*').join(' ')

/** What the clock on the wall shows at each minute, as the minutes of a calendar without zones. */
function readWall({ zone, from }: (typeof places)[number]): number[] {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
  return Array.from({ length: leadMin + shownMin }, (_none, minute) => {
    const shown = clock.format(from + (minute - leadMin) * minuteMs)
    return Date.parse(`${shown.replace(' ', 'T')}Z`) / minuteMs
  })
}
const walls = new Map<object, number[]>()
function wallOf(place: (typeof places)[number]): number[] {
  const wall = walls.get(place) ?? readWall(place)
  walls.set(place, wall)
  return wall
}

function matches({ minutes, hours, days, months, weekdays }: Expression, wallMinute: number): boolean {
  const shown = new Date(wallMinute * minuteMs)
  if (!minutes.includes(shown.getUTCMinutes()) || !hours.includes(shown.getUTCHours())) return false
  if (months !== null && !months.includes(shown.getUTCMonth() + 1)) return false
  const day = days?.includes(shown.getUTCDate())
  const weekday = weekdays?.includes(shown.getUTCDay())
  if (day !== undefined && weekday !== undefined) return day || weekday
  return day ?? weekday ?? true
}

/** Minute by minute, as somebody would who watches the clock: it fires at a time shown for the first time, or passed over. */
function openMinutes(place: (typeof places)[number], cron: Expression, durationMin: number): boolean[] {
  const wall = wallOf(place)
  let latest = wall[0]! - 1
  let openUntil = -1
  const open = wall.map((shown, minute) => {
    for (; latest < shown; latest++) if (matches(cron, latest + 1)) openUntil = minute + durationMin
    return minute < openUntil
  })
  return open.slice(leadMin)
}

const window = fc.record({ cron: expression, durationMin: fc.integer({ min: 1, max: leadMin - 1 }) })
const shortWindow = fc.record({ cron: expression, durationMin: fc.integer({ min: 1, max: 200 }) })
const blackout = fc
  .tuple(fc.integer({ min: 0, max: shownMin }), fc.integer({ min: 1, max: 2 * 1440 }))
  .map(([from, length]) => ({ from, to: from + length }))

describe('windows by cron', () => {
  it('are open in exactly the minutes that a watcher of the clock finds, and name the very next change', () => {
    const windows = fc.array(fc.oneof(shortWindow, window), { minLength: 1, maxLength: 2 })
    const given = fc.tuple(fc.constantFrom(...places), windows, fc.array(blackout, { maxLength: 2 }))
    const property = fc.property(given, fc.integer({ min: 0, max: shownMin - 1 }), ([place, list, closed], first) => {
      const each = list.map(({ cron, durationMin }) => openMinutes(place, cron, durationMin))
      const expected = Array.from({ length: shownMin }, (_none, minute) => {
        return each.some((open) => open[minute]) && !closed.some(({ from, to }) => from <= minute && minute < to)
      })
      const asked = list.map(({ cron, durationMin }) => ({ cron: text(cron), durationMin, timezone: place.zone }))
      const at = (minute: number) => place.from + minute * minuteMs
      const blackouts: BlackoutRange[] = closed.map(({ from, to }) => ({ from: at(from), to: at(to), reason: 'x' }))
      // From any minute on, however the window came to be known then: each change leads to the next.
      for (let minute = first; minute < shownMin;) {
        const { open, until, reopensAt } = windowAt(asked, blackouts, at(minute))
        const change = open ? until : reopensAt
        const next = expected.findIndex((state, later) => later > minute && state !== open)
        const named = change === null || change >= at(shownMin) ? -1 : (change - place.from) / minuteMs
        expect([minute, open, named]).toEqual([minute, expected[minute], next])
        if (next < 0) return
        minute = next
      }
    })
    fc.assert(property, { numRuns: 50 })
  }, 60_000)
})
