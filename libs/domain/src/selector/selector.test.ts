import { describe, expect, test } from 'vitest'
import { matchesSelector } from './matches-selector.ts'
import { parseSelector, selectorLimits } from './parse-selector.ts'
import { SelectorError } from './selector-error.ts'

describe('a selector is read term by term', () => {
  test.each([
    ['site=berlin', [{ op: 'in', key: 'site', values: ['berlin'] }]],
    ['site == berlin', [{ op: 'in', key: 'site', values: ['berlin'] }]],
    ['site!=berlin', [{ op: 'notin', key: 'site', values: ['berlin'] }]],
    ['site=', [{ op: 'in', key: 'site', values: [''] }]],
    ['site in (a, b,a)', [{ op: 'in', key: 'site', values: ['a', 'b'] }]],
    ['site notin(a)', [{ op: 'notin', key: 'site', values: ['a'] }]],
    ['gpu', [{ op: 'exists', key: 'gpu' }]],
    ['! gpu', [{ op: 'absent', key: 'gpu' }]],
    ['in', [{ op: 'exists', key: 'in' }]],
    [
      ' example.com/a=1 , b in (x,y),!c',
      [
        { op: 'in', key: 'example.com/a', values: ['1'] },
        { op: 'in', key: 'b', values: ['x', 'y'] },
        { op: 'absent', key: 'c' },
      ],
    ],
  ])('%s', (text, terms) => expect(parseSelector(text)).toEqual(terms))
})

test.each([
  '',
  ',',
  'a=1,',
  'a=b=c',
  'a=b c',
  'a in b',
  'a in (b',
  'a in b)',
  'a in ((b))',
  '!a=b',
  'a"b',
  "a='x'",
  'a=ü',
  '-a',
  'a=x;drop',
  'a'.repeat(64),
])('%s is refused with a hint', (text) => {
  expect(() => parseSelector(text)).toThrow(SelectorError)
})

test('length, terms and values are bounded', () => {
  expect(() => parseSelector('a'.repeat(selectorLimits.bytes + 1))).toThrow(/at most 2048 bytes/)
  expect(() => parseSelector(Array.from({ length: 21 }, (_, n) => `k${n}`).join(','))).toThrow(/at most 20 terms/)
  expect(() => parseSelector(`a in (${Array.from({ length: 51 }, (_, n) => n).join(',')})`)).toThrow(
    /at most 50 values/,
  )
})

test.each([
  ['site=a', { site: 'a' }, true],
  ['site=a', {}, false],
  ['site!=a', {}, true],
  ['site!=a', { site: 'a' }, false],
  ['site notin (a,b)', { site: 'c' }, true],
  ['constructor', {}, false],
  ['!toString', {}, true],
  ['a,b=1', { a: '', b: '1' }, true],
])('%s on %o is %s', (text, labels, expected) => {
  expect(matchesSelector(parseSelector(text), labels)).toBe(expected)
})
