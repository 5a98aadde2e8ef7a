import { expect, test } from 'vitest'
import { createPace } from './pace.ts'
import { createTakeoverWatch } from './takeover-watch.ts'

test('a burst passes at once, then each message waits for its turn', () => {
  const pace = createPace({ perSecond: 5, burst: 3 })
  expect([0, 0, 0, 0, 0].map((now) => pace.take(now))).toEqual([0, 0, 0, 200, 400])
  expect(pace.take(1000)).toBe(0)
})

test('a pause gives the burst back, and no more than that', () => {
  const pace = createPace({ perSecond: 5, burst: 3 })
  pace.take(0, 3)
  expect(pace.take(3_600_000, 3)).toBe(0)
  expect(pace.take(3_600_000)).toBe(200)
})

test('the fifth takeover within a minute is reported, and the next report waits ten minutes', () => {
  const count = createTakeoverWatch()
  const at = (seconds: number) => count('d1', seconds * 1000)
  expect([0, 10, 20, 30].map(at)).toEqual([undefined, undefined, undefined, undefined])
  expect(at(40)).toBe(5)
  expect(at(41)).toBeUndefined()
  expect([700, 701, 702, 703].map(at)).toEqual([undefined, undefined, undefined, undefined])
  expect(at(704)).toBe(5)
})

test('takeovers far apart, or of different devices, mean nothing', () => {
  const count = createTakeoverWatch()
  expect([0, 61, 122, 183, 244, 305].map((seconds) => count('d1', seconds * 1000))).toEqual(Array(6).fill(undefined))
  expect(['a', 'b', 'c', 'd', 'e'].map((id) => count(id, 0))).toEqual(Array(5).fill(undefined))
})
