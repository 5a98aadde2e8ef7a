import { expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const now = new Date('2026-03-01T12:00:00.500Z')

it('reads seconds', () => {
  expect(parseRetryAfter('120', now)).toBe(120)
  expect(parseRetryAfter(' 0 ', now)).toBe(0)
})

it('reads an HTTP date as the seconds until then, rounded up, and a past one as none', () => {
  expect(parseRetryAfter('Sun, 01 Mar 2026 12:01:00 GMT', now)).toBe(60)
  expect(parseRetryAfter('Sunday, 01-Mar-26 12:01:00 GMT', now)).toBe(60)
  expect(parseRetryAfter('Sun, 01 Mar 2026 11:00:00 GMT', now)).toBe(0)
})

it.each([undefined, '', 'soon', '-1', '1.5', '12345678901', '2026-03-01', '1e3'])('finds nothing in %j', (header) => {
  expect(parseRetryAfter(header, now)).toBeNull()
})
