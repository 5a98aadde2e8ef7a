import { describe, expect, it } from 'vitest'
import { windowAt } from './window-at.ts'
import type { MaintenanceWindow } from './window.ts'

const at = (iso: string) => Date.parse(iso)
const iso = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString().slice(0, 16))

function look(cron: string, durationMin: number, now: string, timezone = 'UTC') {
  const { open, until, reopensAt } = windowAt([{ cron, durationMin, timezone }], [], at(now))
  return [open, iso(open ? until : reopensAt)]
}

describe('a window by cron', () => {
  it.each([
    // Uneven gaps: no interval between two firings tells of the next.
    ['mon and wed, asked on tuesday', '0 4 * * 1,3', 60, '2026-03-03T12:00Z', [false, '2026-03-04T04:00']],
    ['mon to fri, asked on thursday night', '0 4 * * 1-5', 60, '2026-03-05T23:00Z', [false, '2026-03-06T04:00']],
    ['mon to fri, asked on friday night', '0 4 * * 1-5', 60, '2026-03-06T23:00Z', [false, '2026-03-09T04:00']],
    ['the 1st and the 15th', '0 2 1,15 * *', 60, '2026-03-02T00:00Z', [false, '2026-03-15T02:00']],
    ['in its middle', '0 4 * * 1,3', 60, '2026-03-04T04:30Z', [true, '2026-03-04T05:00']],
    ['at its first instant', '0 4 * * *', 60, '2026-03-04T04:00Z', [true, '2026-03-04T05:00']],
    ['at its end', '0 4 * * *', 60, '2026-03-04T05:00Z', [false, '2026-03-05T04:00']],
    ['friday the 13th is two rules', '0 0 13 * fri', 60, '2026-03-07T00:00Z', [false, '2026-03-13T00:00']],
    ['leap days', '0 0 29 2 *', 1440, '2024-03-01T00:00Z', [false, '2028-02-29T00:00']],
    ['a leap day across a year without', '0 0 29 2 *', 1440, '2096-03-01T00:00Z', [false, '2104-02-29T00:00']],
    ['a leap day on a sunday', '0 0 29 2 */7', 60, '2032-03-01T00:00Z', [false, '2060-02-29T00:00']],
    ['longer than its period', '0 * * * *', 90, '2026-03-04T04:30Z', [true, null]],
    ['as long as its period', '0 * * * *', 60, '2026-03-04T04:30Z', [true, null]],
    ['shorter by a minute', '0 * * * *', 59, '2026-03-04T04:30Z', [true, '2026-03-04T04:59']],
    [
      'longer than a night, and not than a weekend',
      '0 0 * * 1-5',
      2000,
      '2026-03-03T00:00Z',
      [true, '2026-03-07T09:20'],
    ],
  ] as const)('%s', (_name, cron, durationMin, now, expected) => {
    expect(look(cron, durationMin, now)).toEqual(expected)
  })

  it('lasts as long as ever when the clock changes', () => {
    expect(look('0 1 * * *', 180, '2026-03-29T00:30Z', 'Europe/Berlin')).toEqual([true, '2026-03-29T03:00'])
    expect(look('30 2 * * *', 60, '2026-03-28T12:00Z', 'Europe/Berlin')).toEqual([false, '2026-03-29T01:00'])
    expect(look('30 2 * * *', 60, '2026-10-25T00:40Z', 'Europe/Berlin')).toEqual([true, '2026-10-25T01:30'])
    expect(look('30 2 * * *', 60, '2026-10-25T01:30Z', 'Europe/Berlin')).toEqual([false, '2026-10-26T01:30'])
  })

  it('adds to weekly ranges, in whatever zone', () => {
    const windows: MaintenanceWindow[] = [
      { days: ['sat'], from: '10:00', to: '12:00', timezone: 'UTC' },
      { cron: '0 12 * * sat', durationMin: 60, timezone: 'UTC' },
      { cron: '0 4 * * *', durationMin: 30, timezone: 'Asia/Kolkata' },
    ]
    const saturday = windowAt(windows, [], at('2026-03-07T10:30Z'))
    expect([saturday.open, iso(saturday.until)]).toEqual([true, '2026-03-07T13:00'])
    expect(iso(windowAt(windows, [], at('2026-03-07T13:00Z')).reopensAt)).toBe('2026-03-07T22:30')
  })
})
