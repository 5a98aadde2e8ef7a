import { expect, test } from 'vitest'
import { zonedTime } from './zoned-time.ts'

test.each([
  ['2026-11-28T21:00:00Z', 'UTC', 'Sat 2026-11-28 21:00'],
  ['2026-11-28T23:30:00Z', 'Europe/Berlin', 'Sun 2026-11-29 00:30'],
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', 'Sun 2026-03-29 03:00'],
])('%s in %s reads "%s"', (iso, zone, text) => {
  expect(zonedTime(Date.parse(iso), zone)).toBe(text)
})
