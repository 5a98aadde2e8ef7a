import { expect, test } from 'vitest'
import { bootSlots } from './boot-slots.ts'

test('every bucket of the time has a slot, and boots of unknown health are neither good nor bad', () => {
  const counts = { boots: 5, succeeded: 3, failed: 1, rolledBack: 1 }
  const slots = bootSlots({
    since: '2026-11-23T10:00:30.000Z',
    until: '2026-11-23T10:03:10.000Z',
    bucketSec: 60,
    total: counts,
    buckets: [{ ...counts, at: '2026-11-23T10:02:00.000Z' }],
  })
  expect(slots.map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual(['10:00', '10:01', '10:02', '10:03'])
  expect(slots[2]).toMatchObject({ succeeded: 3, failed: 1, other: 1 })
  expect(slots.filter(({ succeeded, failed, other }) => succeeded + failed + other === 0)).toHaveLength(3)
})
