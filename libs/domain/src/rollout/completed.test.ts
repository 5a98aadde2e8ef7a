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

it.each([
  [{ 0: 'Ada' }, '2 of 3 waves passed; wave 1 was promoted by Ada. ', 1],
  [{ 0: 'Ada', 1: 'Ada' }, '1 of 3 waves passed; waves 1, 2 were promoted by Ada. ', 2],
  [{ 0: 'Ada', 1: 'Bo' }, '1 of 3 waves passed; wave 1 was promoted by Ada; wave 2 was promoted by Bo. ', 2],
])(
  'a wave that was promoted before its gate passed is not called passed: %j',
  (people: Record<number, string>, told, promoted) => {
    const waves = [0, 1, 2].map((index) =>
      aWave({ index, rule: 0, size: 2, state: 'passed', counts: { succeeded: 2 }, promotedBy: people[index] ?? null }),
    )
    const ended = aTarget('succeeded', { grant: null, dueAt: null, wave: 2 })
    const { because } = decide(aView([ended], { policy: lenient, waves }), now)
    expect(because).toMatchObject({ code: 'rollout.completed', promoted })
    expect(because.message.startsWith(told)).toBe(true)
  },
)

it('a wave that was promoted, tripped and passes its gate after all is called passed', () => {
  const again = aWave({ rule: 0, size: 2, state: 'open', counts: { succeeded: 2 }, promotedBy: 'Ada' })
  const { because } = decide(aView([], { policy: lenient, waves: [again] }), now)
  expect(because.message.startsWith(start)).toBe(true)
})
