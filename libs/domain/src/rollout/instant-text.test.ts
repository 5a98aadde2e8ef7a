import { expect, it } from 'vitest'
import { instantText } from './instant-text.ts'

it.each([
  ['2026-03-02T08:10:00.999Z', '2026-03-02 08:10 UTC'],
  [Date.UTC(2026, 2, 2, 8, 10, 15), '2026-03-02 08:10:15 UTC'],
  [new Date('9999-12-31T00:00:00Z'), '9999-12-31 00:00 UTC'],
])('%s is told as %s', (at, told) => {
  expect(instantText(at)).toBe(told)
})
