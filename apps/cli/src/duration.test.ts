import { expect, test } from 'vitest'
import { formatDuration, parseInstant, parseTimeout, readDuration, writeDuration } from './duration.ts'

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['5', undefined],
  ['-5s', undefined],
  ['1.5h', undefined],
  ['', undefined],
])('%s is %s ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms)
})

test('a timeout is neither nothing nor longer than a timer counts', () => {
  expect(parseTimeout('20d')).toBe(1_728_000_000)
  expect(() => parseTimeout('0s')).toThrow('--timeout "0s"')
  expect(() => parseTimeout('21d')).toThrow('20d')
})

test('a point in time is given with an offset, or as a time ahead', () => {
  const now = Date.parse('2026-03-01T00:00:00Z')
  expect(parseInstant('--start', '2026-03-01T02:00+01:00', now)).toBe('2026-03-01T01:00:00.000Z')
  expect(parseInstant('--start', '12h', now)).toBe('2026-03-01T12:00:00.000Z')
  expect(() => parseInstant('--start', 'tomorrow', now)).toThrow('--start "tomorrow" is not a time')
  expect(() => parseInstant('--start', '5', now)).toThrow('is not a time')
})

test.each([
  [59_900, '59 s'],
  [120_000, '2 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
  [-5, '0 s'],
])('%i ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test.each([
  ['90s', 90_000],
  ['150m', 9_000_000],
  ['3h', 10_800_000],
  ['1d', 86_400_000],
  ['0s', 0],
])('%s is written as it is read', (text, ms) => {
  expect(writeDuration(ms)).toBe(text)
  expect(readDuration(text)).toBe(ms)
})
