import { expect, it } from 'vitest'
import { decide } from './decide.ts'
import type { TargetState } from './target-lifecycle.ts'
import { aTarget, aView, aWave, canary, now, policy } from './view.testing.ts'

const lenient = { ...policy, waves: [{ ...canary, gate: { minConcluded: 1, minSuccessPercent: 50 } }] }
const start = 'Every wave passed. '

function endOf(counts: Partial<Record<TargetState, number>>, excused = 0) {
  const size = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const passed = aWave({ state: 'passed', size: 2, counts: { succeeded: 2 } })
  const last = aWave({ index: 1, rule: 0, size, counts, excused })
  const ended = aTarget('succeeded', { grant: null, dueAt: null, wave: 1 })
  return decide(aView([ended], { policy: lenient, waves: [passed, last] }), now).because
}

it.each([
  [{ succeeded: 8 }, 0, '10 of 10 devices booted the release and stayed healthy.'],
  [
    { succeeded: 8, skipped: 7 },
    0,
    '10 of 17 devices booted the release and stayed healthy; 7 were skipped: not reached, or left out.',
  ],
  [{ succeeded: 8, failed: 1, timed_out: 1 }, 0, '10 of 12 devices booted the release and stayed healthy; 2 failed.'],
  [
    { succeeded: 8, skipped: 1, rolled_back: 2 },
    1,
    '10 of 13 devices booted the release and stayed healthy; 1 was skipped: not reached, or left out; 2 failed, 1 of them excused.',
  ],
])('a completed rollout tells of %j (%i excused)', (counts, excused, told) => {
  expect(endOf(counts, excused)).toMatchObject({ code: 'rollout.completed', message: `${start}${told}` })
})

it('names the same counts beside the sentence', () => {
  const counts = { succeeded: 10, targets: 14, skipped: 1, failed: 3, excused: 1 }
  expect(endOf({ succeeded: 8, skipped: 1, failed: 3 }, 1)).toMatchObject(counts)
})
