import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowAt } from './window-at.ts'
import { weekdays, type BlackoutRange, type WeeklyWindow } from './window.ts'

const at = (iso: string) => Date.parse(iso)
const iso = (instant: number | null) => instant && new Date(instant).toISOString()
const daily = [...weekdays]

function look(window: Partial<WeeklyWindow>, now: string, blackouts: readonly BlackoutRange[] = []) {
  const whole = { days: daily, from: '02:00', to: '04:00', timezone: 'UTC', ...window }
  const { open, until, reopensAt } = windowAt([whole], blackouts, at(now))
  return { open, change: iso(open ? until : reopensAt) }
}

describe('one window', () => {
  it('is open from its start and closed from its end on', () => {
    expect(look({}, '2026-03-04T01:59:59.999Z')).toEqual({ open: false, change: '2026-03-04T02:00:00.000Z' })
    expect(look({}, '2026-03-04T02:00:00Z')).toEqual({ open: true, change: '2026-03-04T04:00:00.000Z' })
    expect(look({}, '2026-03-04T03:59:59.999Z')).toEqual({ open: true, change: '2026-03-04T04:00:00.000Z' })
    expect(look({}, '2026-03-04T04:00:00Z')).toEqual({ open: false, change: '2026-03-05T02:00:00.000Z' })
  })

  it('opens on its days only', () => {
    const mondays = { days: ['mon'] } as const
    expect(look(mondays, '2026-03-04T03:00:00Z')).toEqual({ open: false, change: '2026-03-09T02:00:00.000Z' })
    expect(look(mondays, '2026-03-09T04:00:00Z')).toEqual({ open: false, change: '2026-03-16T02:00:00.000Z' })
  })

  it('crosses midnight and belongs to the day it starts', () => {
    const friday = { days: ['fri'], from: '22:00', to: '05:00' } as const
    expect(look(friday, '2026-03-06T21:00:00Z')).toEqual({ open: false, change: '2026-03-06T22:00:00.000Z' })
    expect(look(friday, '2026-03-07T04:00:00Z')).toEqual({ open: true, change: '2026-03-07T05:00:00.000Z' })
    expect(look(friday, '2026-03-06T04:00:00Z')).toEqual({ open: false, change: '2026-03-06T22:00:00.000Z' })
    expect(look(friday, '2026-03-07T22:30:00Z').open).toBe(false)
  })

  it('is open all day when it ends at the time it starts', () => {
    const saturday = { days: ['sat'], from: '00:00', to: '00:00' } as const
    expect(look(saturday, '2026-03-07T00:00:00Z')).toEqual({ open: true, change: '2026-03-08T00:00:00.000Z' })
    expect(look(saturday, '2026-03-06T23:59:00Z').open).toBe(false)
    const shifted = { days: ['sat'], from: '08:00', to: '08:00' } as const
    expect(look(shifted, '2026-03-07T09:00:00Z')).toEqual({ open: true, change: '2026-03-08T08:00:00.000Z' })
  })

  it('never closes when it is open all day, every day', () => {
    expect(look({ from: '09:00', to: '09:00' }, '2026-03-07T09:00:00Z')).toEqual({ open: true, change: null })
  })

  it('says why it is closed', () => {
    const window: WeeklyWindow = { days: daily, from: '02:00', to: '03:00', timezone: 'UTC' }
    expect(windowAt([window], [], at('2026-03-07T09:00:00Z')).reason).toMatchObject({ code: 'window.closed' })
    expect(windowAt([window], [], at('2026-03-07T02:00:00Z'))).not.toHaveProperty('reason')
  })

  it('refuses what is no time and no zone', () => {
    expect(() => look({ from: '2:00' }, '2026-03-04T00:00:00Z')).toThrow(RangeError)
    expect(() => look({ timezone: 'Mars/Olympus' }, '2026-03-04T00:00:00Z')).toThrow(RangeError)
  })
})

describe('a zone that changes its clock', () => {
  const berlin = 'Europe/Berlin'
  const newYork = 'America/New_York'
  it.each([
    // In Berlin the clock goes from 02:00 to 03:00 on 2026-03-29 at 01:00Z, and from 03:00 back to 02:00 on 2026-10-25 at 01:00Z.
    [
      'keeps its local time in winter',
      berlin,
      '02:00',
      '04:00',
      '2026-03-28T00:30:00Z',
      false,
      '2026-03-28T01:00:00.000Z',
    ],
    [
      'keeps its local time in summer',
      berlin,
      '02:00',
      '04:00',
      '2026-03-30T00:00:00Z',
      true,
      '2026-03-30T02:00:00.000Z',
    ],
    [
      'is an hour shorter across a gap',
      berlin,
      '01:00',
      '04:00',
      '2026-03-29T00:00:00Z',
      true,
      '2026-03-29T02:00:00.000Z',
    ],
    [
      'starts after a gap that holds its start',
      berlin,
      '02:30',
      '04:00',
      '2026-03-29T00:59:00Z',
      false,
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'ends at a gap that holds its end',
      berlin,
      '01:00',
      '02:30',
      '2026-03-29T00:00:00Z',
      true,
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'is skipped when the gap swallows it',
      berlin,
      '02:15',
      '02:45',
      '2026-03-28T12:00:00Z',
      false,
      '2026-03-30T00:15:00.000Z',
    ],
    [
      'is an hour longer across an overlap',
      berlin,
      '01:00',
      '04:00',
      '2026-10-24T23:00:00Z',
      true,
      '2026-10-25T03:00:00.000Z',
    ],
    [
      'counts an hour twice that is shown twice',
      berlin,
      '02:00',
      '03:00',
      '2026-10-25T00:00:00Z',
      true,
      '2026-10-25T02:00:00.000Z',
    ],
    [
      'closes when the clock passes its end',
      berlin,
      '01:00',
      '02:30',
      '2026-10-25T00:00:00Z',
      true,
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'opens again while the clock shows its time again',
      berlin,
      '01:00',
      '02:30',
      '2026-10-25T00:40:00Z',
      false,
      '2026-10-25T01:00:00.000Z',
    ],
    // In New York 02:00 becomes 03:00 on 2026-03-08 at 07:00Z, and 02:00 becomes 01:00 on 2026-11-01 at 06:00Z.
    ['starts after the gap', newYork, '02:00', '04:00', '2026-03-08T06:59:00Z', false, '2026-03-08T07:00:00.000Z'],
    [
      'crosses midnight into a gap',
      newYork,
      '22:00',
      '02:30',
      '2026-03-08T04:00:00Z',
      true,
      '2026-03-08T07:00:00.000Z',
    ],
    [
      'crosses midnight into an overlap',
      newYork,
      '22:00',
      '01:30',
      '2026-11-01T04:00:00Z',
      true,
      '2026-11-01T05:30:00.000Z',
    ],
    // No change of the clock.
    [
      'lies on a half hour',
      'Asia/Kolkata',
      '02:00',
      '04:00',
      '2026-06-01T20:00:00Z',
      false,
      '2026-06-01T20:30:00.000Z',
    ],
    [
      'lies on three quarters',
      'Asia/Kathmandu',
      '00:00',
      '01:00',
      '2026-06-01T18:00:00Z',
      false,
      '2026-06-01T18:15:00.000Z',
    ],
    [
      'lies thirteen hours ahead',
      'Pacific/Apia',
      '02:00',
      '04:00',
      '2026-06-01T12:00:00Z',
      false,
      '2026-06-01T13:00:00.000Z',
    ],
    [
      'lies fourteen hours ahead',
      'Pacific/Kiritimati',
      '02:00',
      '04:00',
      '2026-06-01T11:00:00Z',
      false,
      '2026-06-01T12:00:00.000Z',
    ],
    [
      'lies eleven hours behind',
      'Pacific/Pago_Pago',
      '22:00',
      '23:00',
      '2026-06-01T08:00:00Z',
      false,
      '2026-06-01T09:00:00.000Z',
    ],
    [
      'moves by half an hour',
      'Australia/Lord_Howe',
      '01:45',
      '03:00',
      '2026-10-03T15:00:00Z',
      false,
      '2026-10-03T15:15:00.000Z',
    ],
  ] as const)('%s (%s %s–%s)', (_name, timezone, from, to, now, open, change) => {
    expect(look({ timezone, from, to }, now)).toEqual({ open, change })
  })

  it('opens on the local day, not on the day of UTC', () => {
    const sunday = { days: ['sun'], from: '01:00', to: '02:00', timezone: 'Pacific/Apia' } as const
    expect(look(sunday, '2026-06-01T12:00:00Z').change).toBe('2026-06-06T12:00:00.000Z')
  })

  it('has no day that the calendar left out', () => {
    // Samoa went from 2011-12-29 to 2011-12-31.
    const friday = { days: ['fri'], from: '10:00', to: '12:00', timezone: 'Pacific/Apia' } as const
    expect(look(friday, '2011-12-24T00:00:00Z').change).toBe('2012-01-05T20:00:00.000Z')
  })
})

describe('several windows', () => {
  it('are a union', () => {
    const night: WeeklyWindow = { days: daily, from: '22:00', to: '02:00', timezone: 'UTC' }
    const early: WeeklyWindow = { days: daily, from: '01:00', to: '06:00', timezone: 'UTC' }
    expect(iso(windowAt([night, early], [], at('2026-05-05T23:00:00Z')).until)).toBe('2026-05-06T06:00:00.000Z')
  })

  it('of zones that meet only in summer close in autumn', () => {
    const utc: WeeklyWindow = { days: daily, from: '22:00', to: '20:00', timezone: 'UTC' }
    const berlin: WeeklyWindow = { days: daily, from: '22:00', to: '00:00', timezone: 'Europe/Berlin' }
    expect(iso(windowAt([utc, berlin], [], at('2026-06-01T00:00:00Z')).until)).toBe('2026-10-25T20:00:00.000Z')
  })
})

describe('blackouts', () => {
  const holidays = { from: at('2026-12-20T00:00:00Z'), to: at('2027-01-07T03:00:00Z'), reason: 'holidays' }

  it('close a fleet without windows for as long as they last', () => {
    expect(windowAt([], [], at('2026-06-01T00:00:00Z'))).toEqual({ open: true, until: null, reopensAt: null })
    expect(windowAt([], [holidays], at('2026-06-01T00:00:00Z'))).toEqual({
      open: true,
      until: holidays.from,
      reopensAt: null,
    })
    const inside = windowAt([], [holidays], holidays.from)
    expect(inside).toMatchObject({ open: false, until: null, reopensAt: holidays.to })
    expect(inside.reason?.message).toContain('holidays')
    expect(windowAt([], [holidays], holidays.to)).toEqual({ open: true, until: null, reopensAt: null })
  })

  it('end a window early, and let it open in the middle', () => {
    expect(look({}, '2026-12-19T05:00:00Z', [holidays]).change).toBe('2027-01-07T03:00:00.000Z')
    expect(look({}, '2027-01-07T03:00:00Z', [holidays])).toEqual({ open: true, change: '2027-01-07T04:00:00.000Z' })
    const short = { ...holidays, from: at('2026-03-04T03:00:00Z'), to: at('2026-03-04T03:30:00Z') }
    expect(look({}, '2026-03-04T02:00:00Z', [short]).change).toBe('2026-03-04T03:00:00.000Z')
    expect(look({}, '2026-03-04T03:10:00Z', [short]).change).toBe('2026-03-04T03:30:00.000Z')
  })

  it('join when they touch or overlap', () => {
    const next = { from: holidays.to, to: holidays.to + 60_000, reason: 'stock taking' }
    expect(windowAt([], [next, holidays], holidays.from).reopensAt).toBe(next.to)
  })
})

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
  const start = at('2026-01-01T00:00:00Z')
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
