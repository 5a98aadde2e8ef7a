import { expect, it } from 'vitest'
import { mayBeDown } from './may-be-down.ts'

const now = Date.parse('2026-03-02T08:00:00Z')
const budget = { maxUnavailable: { percent: 10 }, maxDownloading: 100 } as const
const night = { days: ['mon' as const], from: '22:00', to: '04:00', timezone: 'UTC' }
const range = (from: string, to: string) => ({ from, to, reason: 'sale' })
const told = (windows: (typeof night)[], ...blackouts: ReturnType<typeof range>[]) =>
  mayBeDown({ budget, windows, blackouts }, now)
const most = 'At most 10% of its devices may be down at the same time'

it.each([
  [told([]), `${most}, at any time.`],
  [told([night]), `${most}, in its window.`],
  [told([], range('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')), `${most}, at any time.`],
  [
    told([night], range('2026-12-20T00:00:00Z', '2027-01-03T00:00:00Z')),
    `${most}, in its window but not in its blackouts.`,
  ],
  [
    told([], range('2026-01-01T00:00:00Z', '9999-01-01T00:00:00Z')),
    `${most}, at any time but its blackouts. Now it is in a blackout, and opens at 9999-01-01 00:00 UTC.`,
  ],
  [
    told([night], range('2026-01-01T00:00:00Z', '2026-03-03T00:00:00Z')),
    `${most}, in its window but not in its blackouts. Now it is in a blackout, and opens at 2026-03-03 00:00 UTC.`,
  ],
])('tells of windows and blackouts: %s', (sentence, expected) => {
  expect(sentence).toBe(expected)
})
