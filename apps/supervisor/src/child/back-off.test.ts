import { expect, test } from 'vitest'
import { backOff } from './back-off.ts'

test('the pause doubles while a child dies young, up to half a minute', () => {
  const waits: number[] = []
  for (let restarts = 0; restarts < 9;) {
    const next = backOff(restarts, 10)
    waits.push(next.waitMs)
    restarts = next.restarts
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('a child that lived for a minute is started again at once, as if it were the first time', () => {
  expect(backOff(8, 60_000)).toEqual({ waitMs: 500, restarts: 1 })
})
