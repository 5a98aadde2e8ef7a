import { expect, test } from 'vitest'
import { relativeTime } from './relative-time.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

test.each([
  ['2026-11-23T12:00:00Z', 'just now'],
  ['2026-11-23T12:00:04Z', 'just now'],
  ['2026-11-23T11:59:48Z', '12 s ago'],
  ['2026-11-23T11:58:01Z', '1 min ago'],
  ['2026-11-23T09:30:00Z', '2 h ago'],
  ['2026-11-20T12:00:00Z', '3 d ago'],
  ['2026-11-23T14:00:00Z', 'in 2 h'],
])('%s reads "%s" at noon', (iso, text) => {
  expect(relativeTime(iso, now)).toBe(text)
})
