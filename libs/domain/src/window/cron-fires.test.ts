import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cronFires } from './cron-fires.ts'
import { parseCron } from './cron.ts'

const at = (iso: string) => Date.parse(iso)
function fires(cron: string, zone: string, from: string, to: string): string[] {
  return cronFires(cron, zone, { from: at(from), to: at(to) }).map((time) => new Date(time).toISOString().slice(0, 16))
}

describe('a cron expression', () => {
  it.each([
    [
      'takes uneven weekdays',
      '0 4 * * 1,3',
      'UTC',
      '2026-03-03',
      '2026-03-12',
      ['2026-03-04T04:00', '2026-03-09T04:00', '2026-03-11T04:00'],
    ],
    [
      'takes uneven days of the month',
      '0 2 1,15 * *',
      'UTC',
      '2026-03-02',
      '2026-04-02',
      ['2026-03-15T02:00', '2026-04-01T02:00'],
    ],
    [
      'takes either day field when both are given',
      '0 0 13 * fri',
      'UTC',
      '2026-03-01',
      '2026-03-14',
      ['2026-03-06T00:00', '2026-03-13T00:00'],
    ],
    [
      'takes both day fields when one is a star',
      '0 0 */13 * fri',
      'UTC',
      '2026-03-01',
      '2026-03-31',
      ['2026-03-27T00:00'],
    ],
    ['fires after a gap', '30 2 * * *', 'Europe/Berlin', '2026-03-29', '2026-03-30', ['2026-03-29T01:00']],
    ['fires once in an overlap', '30 2 * * *', 'Europe/Berlin', '2026-10-25', '2026-10-26', ['2026-10-25T00:30']],
    [
      'knows a gap of half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2026-10-03T12:00Z',
      '2026-10-04T00:00Z',
      ['2026-10-03T15:30'],
    ],
    [
      'fires after a day that was left out',
      '0 10 30 12 *',
      'Pacific/Apia',
      '2011-12-29',
      '2012-01-02',
      ['2011-12-30T10:00'],
    ],
    ['knows leap days', '0 0 29 feb *', 'UTC', '2026-01-01', '2029-01-01', ['2028-02-29T00:00']],
  ])('%s: %s', (_name, cron, zone, from, to, expected) => {
    expect(fires(cron, zone, from, to)).toEqual(expected)
  })

  it.each([
    ['* * * *', 'five fields'],
    ['60 * * * *', 'minute "60"'],
    ['* 9-5 * * *', 'hour "9-5"'],
    ['* * * foo *', 'month "foo"'],
    ['*/0 * * * *', 'minute "*/0"'],
    ['0 0 31 feb *', 'day of month "31" never comes'],
    ['0 0 L * *', 'day of month "L"'],
  ])('is refused with its field and the fix: %s', (cron, message) => {
    expect(() => parseCron(cron)).toThrow(message)
  })

  it('is read or refused, and nothing else, whatever is written', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('*', '/', '-', ',', ' ', '1', '59', 'mon', '*/2'), { maxLength: 12 })
        .map((parts) => parts.join('')),
    )
    const property = fc.property(text, (some) => {
      try {
        expect(parseCron(some).minutes.length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    })
    fc.assert(property, { numRuns: 500 })
  })
})
