import { expect, test } from 'vitest'
import type { Rollout } from '@bootfleet/contracts'
import { rolloutStates } from '@bootfleet/domain'
import { exitCodes } from '../exit-codes.ts'
import { aWave } from '../testing/a-rollout.ts'
import { verdictOf } from './verdict.ts'

const passed = [aWave({ state: 'passed' }), aWave({ index: 1 })]
const tripped = [aWave({ state: 'tripped' }), aWave({ index: 1, state: 'pending' })]
const exitCode = (state: Rollout['state'], waves: Rollout['waves'], code = 'rollout.paused') => {
  const verdict = verdictOf({ state, waves, because: { code, message: 'Why.' } })
  return verdict && exitCodes[verdict.reason].code
}

test('a rollout that completed is the only one with exit code 0', () => {
  for (const waves of [passed, tripped])
    expect(rolloutStates.filter((state) => exitCode(state, waves) === 0)).toEqual(['completed'])
})

test('one that ended otherwise is 1', () => {
  const ended = rolloutStates.filter((state) => exitCode(state, passed) === 1)
  expect(ended).toEqual(['aborted', 'rolled_back', 'superseded'])
})

test('a pause by a gate ends the waiting, a pause by a person does not', () => {
  expect(exitCode('paused', tripped)).toBe(1)
  expect(exitCode('paused', passed)).toBeUndefined()
  expect(exitCode('pausing', tripped)).toBeUndefined()
})

test('a roll-back that was aborted ends the waiting for its rollout', () => {
  expect(exitCode('paused', passed, 'rollout.rollback_aborted')).toBe(1)
})
