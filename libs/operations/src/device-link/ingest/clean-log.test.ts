import { expect, test } from 'vitest'
import { cleanLog } from './clean-log.ts'

test.each([
  ['a\tb\nc', 'a\tb\nc'],
  ['a\r\nb', 'a\nb'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;title\u0007x', ']0;titlex'],
  ['over\rwritten', 'overwritten'],
  ['a\u202eb\u2066c\u0085d\u0000', 'abcd'],
  ['Grüße ✓ 😀', 'Grüße ✓ 😀'],
])('the log text %j is kept as %j', (text, clean) => {
  expect(cleanLog(text)).toBe(clean)
})
