import { expect, test } from 'vitest'
import { readSeconds, readShare, writeSeconds, writeShare } from './typed-values.ts'

test.each([
  ['90 s', 90],
  ['5 min', 300],
  ['5m', 300],
  ['2h', 7200],
  ['1 d', 86_400],
  ['0', 0],
  ['0 s', 0],
  ['90', undefined],
  ['1.5 h', undefined],
  ['soon', undefined],
])('"%s" is %s seconds', (text, seconds) => {
  expect(readSeconds(text)).toBe(seconds)
})

test.each([0, 45, 60, 90, 5400, 7200, 86_400, 90_000])('%d seconds are read back as they were written', (seconds) => {
  expect(readSeconds(writeSeconds(seconds))).toBe(seconds)
})

test('a share is a count or a percentage', () => {
  expect(readShare('5')).toEqual({ count: 5 })
  expect(readShare('10%')).toEqual({ percent: 10 })
  expect(readShare('10 %')).toEqual({ percent: 10 })
  expect(readShare('a few')).toBeUndefined()
  expect(writeShare({ count: 5 })).toBe('5')
  expect(writeShare({ percent: 10 })).toBe('10 %')
  expect(writeShare('a few')).toBe('a few')
})
