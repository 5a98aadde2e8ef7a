import { describe, expect, it } from 'vitest'
import { standingOf } from './standing.ts'
import { withTime } from './with-time.ts'

const start = Date.parse('2026-03-02T08:00:00.000Z')
const minute = 60_000
const expected = { startedAt: start, p50: start + 10 * minute, p90: start + 20 * minute }
const done = { code: 'rollout.completed', message: 'Every wave passed.' }

describe('what happened, beside what was expected', () => {
  it.each([
    [0, 'within_p50'],
    [10, 'within_p50'],
    [11, 'within_p90'],
    [20, 'within_p90'],
    [20.9, 'within_p90'],
    [21, 'late'],
  ])('%s minutes after the start it is %s', (minutes, standing) => {
    expect(standingOf(expected, start + minutes * minute)).toBe(standing)
  })

  it('is not late within the minute that the sentence names', () => {
    const close = { startedAt: start, p50: start + 21_854, p90: start + 23_020 }
    expect(withTime(done, { expected: close }, start + 27_000).message).toMatch(
      /expected by 2026-03-02 08:01 UTC .* took 27 s: sooner than expected\.$/,
    )
  })

  it('is told with the reason of the end', () => {
    expect(withTime(done, { expected }, start + 12 * minute + 5000)).toEqual({
      code: 'rollout.completed',
      message:
        'Every wave passed. It was expected by 2026-03-02 08:10 UTC (half of the tries) or 2026-03-02 08:20 UTC (nine of ten), and took 12 min 5 s: as expected.',
      tookSec: 725,
      expectedP50: '2026-03-02T08:10:00.000Z',
      expectedP90: '2026-03-02T08:20:00.000Z',
      standing: 'within_p90',
    })
    expect(withTime(done, { expected }, start + 27_000).message).toMatch(/took 27 s: sooner than expected\.$/)
    expect(withTime(done, { expected }, start + 26 * 60 * minute).message).toMatch(
      /took 1 d 2 h: later than expected\.$/,
    )
  })

  it('names only the time that it took where no end was expected, and nothing where nothing was kept', () => {
    expect(withTime(done, { expected: { startedAt: start, p50: null, p90: null } }, start + minute)).toEqual({
      ...done,
      tookSec: 60,
    })
    expect(withTime(done, {}, start)).toEqual(done)
  })
})
