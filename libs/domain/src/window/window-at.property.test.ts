import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowAt } from './window-at.ts'
import { weekdays, type BlackoutRange, type WeeklyWindow } from './window.ts'

describe('any windows and blackouts', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Pacific/Apia',
    'Australia/Lord_Howe',
    'America/Santiago',
  ]
  const time = fc
    .integer({ min: 0, max: 95 })
    .map(
      (quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
    )
  const window = fc.record({
    days: fc.subarray([...weekdays], { minLength: 1 }),
    from: time,
    to: time,
    timezone: fc.constantFrom(...zones),
  })
  const start = Date.parse('2026-01-01T00:00:00Z')
  const now = fc.integer({ min: 0, max: 366 * 96 }).map((quarter) => start + quarter * 900_000)
  const blackout = fc
    .tuple(now, fc.integer({ min: 1, max: 960 }))
    .map(([from, quarters]) => ({ from, to: from + quarters * 900_000, reason: 'closed' }))

  it('are open exactly while the wall clock says so, and name the very next change', () => {
    const windows = fc.array(window, { maxLength: 3 })
    const property = fc.property(windows, fc.array(blackout, { maxLength: 2 }), now, (some, blackouts, instant) => {
      const result = windowAt(some, blackouts, instant)
      expect(result.open).toBe(openByCalendar(some, blackouts, instant))
      const change = result.open ? result.until : result.reopensAt
      if (change !== null) {
        expect(openByCalendar(some, blackouts, change)).toBe(!result.open)
        expect(openByCalendar(some, blackouts, change - 1)).toBe(result.open)
      }
      const horizon = Math.min(change ?? Number.POSITIVE_INFINITY, instant + 8 * 86_400_000)
      for (let probe = instant; probe < horizon; probe += 3 * 900_000)
        expect(openByCalendar(some, blackouts, probe)).toBe(result.open)
    })
    fc.assert(property, { numRuns: 150 })
  })

  const clocks = new Map(
    zones.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' }),
    ]),
  )

  // As a person would: read the clock on the wall there, and look it up.
  function openByCalendar(windows: readonly WeeklyWindow[], blackouts: readonly BlackoutRange[], instant: number) {
    if (blackouts.some(({ from, to }) => from <= instant && instant < to)) return false
    if (windows.length === 0) return true
    return windows.some(({ days, from, to, timezone }) => {
      const [day = '', clock = ''] = clocks.get(timezone)!.format(instant).split(' ')
      const today = weekdays.findIndex((name) => day.toLowerCase().startsWith(name))
      const covers = (index: number) => days.includes(weekdays[(index + 7) % 7]!)
      if (from < to) return covers(today) && clock >= from && clock < to
      return (covers(today) && clock >= from) || (covers(today - 1) && clock < to)
    })
  }
})
