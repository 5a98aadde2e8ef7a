import { expect, test } from 'vitest'
import { formatBytes } from './bytes.ts'
import { fit, plain, textWidth, wrap } from './text.ts'

test('a name from outside cannot drive the terminal', () => {
  expect(plain('a\u001b[31mb\u009bc\nd\u202ee')).toBe('a\ufffd[31mb\ufffdc d\ufffde')
})

test('width counts columns, not code units', () => {
  expect(['abc', 'é', 'e\u0301', '東京', '🚀'].map(textWidth)).toEqual([3, 1, 1, 4, 2])
})

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 4, 'abc…'],
  ['東京都', 4, '東…'],
  ['abc', 0, ''],
])('%s in %i columns is "%s"', (text, width, expected) => {
  expect(fit(text, width)).toBe(expected)
})

test('text is broken at spaces, and a long word stays whole', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('a 0123456789 b', 5)).toEqual(['a', '0123456789', 'b'])
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_250_000_000, '1.3 GB'],
  [999_700, '1.0 MB'],
  [45_000_000, '45 MB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
