import { expect, test } from 'vitest'
import { spanWords } from './span-words.ts'

const from = '2026-03-02T11:20:00.000Z'

test.each([
  ['2026-03-02T14:20:00.000Z', '2026-03-02T16:10:00.000Z', 'about 3 h (until 14:20 UTC), at most 5 h'],
  ['2026-03-02T11:20:30.000Z', '2026-03-02T11:20:59.000Z', 'about 1 min (until 11:20 UTC)'],
  ['2026-03-02T12:50:00.000Z', '2026-03-02T13:00:00.000Z', 'about 90 min (until 12:50 UTC), at most 100 min'],
  ['2026-03-03T10:20:00.000Z', '2026-03-05T11:20:00.000Z', 'about 23 h (until 2026-03-03 10:20 UTC), at most 3 d'],
])('an end at %s, or %s at most, reads %s %s', (p50, p90, words) => {
  expect(spanWords({ from, p50, p90 })).toBe(words)
})
