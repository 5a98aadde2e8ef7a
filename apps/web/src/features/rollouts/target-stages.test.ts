import { TargetState, type TargetCounts } from '@bootfleet/contracts'
import { expect, test } from 'vitest'
import { countStages, stageOf, stageParts, targetStages } from './target-stages.ts'

const none = Object.fromEntries(TargetState.options.map((state) => [state, 0])) as TargetCounts

test('every state of a target belongs to a stage', () => {
  expect(TargetState.options.every((state) => targetStages.includes(stageOf[state]))).toBe(true)
})

test('stages add up the states in them, in the order of a device', () => {
  expect(countStages({ ...none, failed: 1, timed_out: 2, downloading: 3, staged: 1, skipped: 1 })).toEqual([
    { stage: 'staging', count: 4 },
    { stage: 'failed', count: 3 },
    { stage: 'out', count: 1 },
  ])
})

test('a bar fills from its start with what has concluded', () => {
  const parts = stageParts({ ...none, pending: 5, soaking: 1, succeeded: 2, rolled_back: 1 })
  expect(parts.map(({ fill }) => fill)).toEqual(['succeeded', 'failed', 'soaking', 'waiting'])
})
