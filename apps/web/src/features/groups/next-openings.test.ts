import { expect, test } from 'vitest'
import { nextOpenings } from './next-openings.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const windows = [{ days: ['mon' as const, 'wed' as const], from: '11:00', to: '13:00', timezone: 'UTC' }]
const shown = (input: Parameters<typeof nextOpenings>[0], count = 3) =>
  nextOpenings(input, now, count).map(({ from, to }) => [from, to].map((at) => at && new Date(at).toISOString()))

test('the first has begun when it is open now', () => {
  expect(shown({ windows, blackouts: [] })).toEqual([
    ['2026-11-23T12:00:00.000Z', '2026-11-23T13:00:00.000Z'],
    ['2026-11-25T11:00:00.000Z', '2026-11-25T13:00:00.000Z'],
    ['2026-11-30T11:00:00.000Z', '2026-11-30T13:00:00.000Z'],
  ])
})

test('a blackout is left out', () => {
  const blackouts = [{ from: '2026-11-23T10:00:00Z', to: '2026-11-25T12:00:00Z', reason: 'fair' }]
  expect(shown({ windows, blackouts }, 1)).toEqual([['2026-11-25T12:00:00.000Z', '2026-11-25T13:00:00.000Z']])
})

test('without windows it is open for good', () => {
  expect(shown({ windows: [], blackouts: [] })).toEqual([['2026-11-23T12:00:00.000Z', null]])
})
