import { TargetState, type TargetCounts } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import { progressText } from './progress-text.ts'

const none = Object.fromEntries(TargetState.options.map((state) => [state, 0])) as TargetCounts

test.each([
  { eligible: null, counts: none, text: 'not started' },
  { eligible: 0, counts: none, text: '0 of 0 succeeded' },
  { eligible: 10, counts: { ...none, succeeded: 3, soaking: 1, skipped: 4 }, text: '3 of 10 succeeded' },
  {
    eligible: 10,
    counts: { ...none, succeeded: 3, failed: 1, timed_out: 1, rolled_back: 1, reverted: 2 },
    text: '3 of 10 succeeded, 3 failed',
  },
])('progress counts proven boots among the eligible: $text', ({ counts, eligible, text }) => {
  expect(progressText({ state: 'running', counts, eligible })).toBe(text)
})

test('of a completed rollout it tells who came late', () => {
  const counts = { ...none, succeeded: 3, staged: 1, soaking: 1, skipped: 2 }
  expect(progressText({ state: 'completed', counts, eligible: 5 })).toBe(
    '3 of 5 succeeded, 2 came late and are under way',
  )
})
