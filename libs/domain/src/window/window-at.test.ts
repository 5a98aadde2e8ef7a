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
