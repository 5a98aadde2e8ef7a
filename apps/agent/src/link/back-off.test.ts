import { describe, expect, it } from 'vitest'
import { createPace } from '../report/pace.ts'
import { createBackOff } from './back-off.ts'

describe('a back-off', () => {
  it('doubles its ceiling up to the cap, and starts anew after a success', () => {
    const gaps = createBackOff({ baseMs: 100, capMs: 1000 }, () => 1)
    expect([gaps.next(), gaps.next(), gaps.next(), gaps.next(), gaps.next()]).toEqual([100, 200, 400, 800, 1000])
    gaps.reset()
    expect(gaps.next()).toBe(100)
  })

  it('goes on growing while connections end sooner than they could have been waited for', () => {
    const gaps = createBackOff({ baseMs: 100, capMs: 1000 }, () => 1)
    const afterOneOf = (livedMs: number): number => {
      gaps.connectionEnded(livedMs)
      return gaps.next()
    }
    expect([50, 50, 300, 500].map(afterOneOf)).toEqual([100, 200, 400, 800])
    expect(afterOneOf(2001)).toBe(100)
  })

  it('takes any time below the ceiling', () => {
    expect(createBackOff({ baseMs: 100, capMs: 1000 }, () => 0).next()).toBe(0)
  })
})

describe('the pace', () => {
  it('lets a burst through and then four messages a second', () => {
    const pace = createPace()
    const burst = Array.from({ length: 14 }, () => pace.take(1000))
    expect(burst.every((waitMs) => waitMs === 0)).toBe(true)
    expect(pace.take(1000)).toBe(250)
    expect(pace.take(1250)).toBe(0)
  })
})
