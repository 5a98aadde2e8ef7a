import { describe, expect, it } from 'vitest'
import { activeStates, lifecycle, nextState, rolloutStates, statesAllowing, type RolloutState } from './lifecycle.ts'
import {
  endStates,
  failureStates,
  hasEnded,
  mayMove,
  targetLifecycle,
  targetStates,
  type TargetState,
} from './target-lifecycle.ts'

function reachable<S extends string>(from: S, next: (state: S) => readonly S[]): Set<S> {
  const found = new Set<S>([from])
  for (const state of found) for (const to of next(state)) found.add(to)
  return found
}

describe('the lifecycle of a rollout', () => {
  it('reaches every state from a draft', () => {
    const next = (state: RolloutState): RolloutState[] => Object.values(lifecycle[state])
    expect([...reachable('draft', next)].sort()).toEqual([...rolloutStates].sort())
  })

  it('leads to known states only', () => {
    for (const moves of Object.values(lifecycle))
      for (const to of Object.values(moves)) expect(rolloutStates).toContain(to)
  })

  it('never leaves what is aborted, rolled back or superseded', () => {
    const terminal = rolloutStates.filter((state) => Object.keys(lifecycle[state]).length === 0)
    expect(terminal).toEqual(['aborted', 'rolled_back', 'superseded'])
    for (const state of terminal) expect((activeStates as readonly RolloutState[]).includes(state)).toBe(false)
  })

  it('lets whatever is not over be superseded', () => {
    const over = ['completed', 'aborted', 'rolled_back', 'superseded']
    expect(statesAllowing('supersede')).toEqual(rolloutStates.filter((state) => !over.includes(state)))
  })

  it.each([
    ['draft', 'submit', 'awaiting_approval'],
    ['awaiting_approval', 'approve', 'scheduled'],
    ['awaiting_approval', 'reject', 'aborted'],
    ['scheduled', 'reject', undefined],
    ['draft', 'schedule', 'scheduled'],
    ['scheduled', 'schedule', 'scheduled'],
    ['scheduled', 'submit', 'awaiting_approval'],
    ['scheduled', 'unschedule', 'draft'],
    ['awaiting_approval', 'unschedule', 'draft'],
    ['draft', 'unschedule', undefined],
    ['running', 'schedule', undefined],
    ['awaiting_approval', 'start', undefined],
    ['running', 'pause', 'pausing'],
    ['pausing', 'drained', 'paused'],
    ['pausing', 'resume', 'running'],
    ['paused', 'resume', 'running'],
    ['running', 'complete', 'completed'],
    ['aborting', 'drained', 'aborted'],
    ['completed', 'roll_back', 'rolling_back'],
    ['running', 'roll_back', 'rolling_back'],
    ['pausing', 'roll_back', 'rolling_back'],
    ['paused', 'roll_back', 'rolling_back'],
    ['rolling_back', 'complete', 'rolled_back'],
    ['rolling_back', 'halt', 'paused'],
    ['aborting', 'roll_back', undefined],
    ['rolled_back', 'roll_back', undefined],
    ['rolling_back', 'abort', undefined],
    ['completed', 'pause', undefined],
    ['aborted', 'resume', undefined],
    ['draft', 'pause', undefined],
  ] as const)('%s + %s → %s', (state, verb, to) => {
    expect(nextState(state, verb)).toBe(to)
  })

  it('names the states from which a verb is legal', () => {
    expect(statesAllowing('resume')).toEqual(['pausing', 'paused'])
  })
})

describe('the lifecycle of a target', () => {
  it('reaches every state from pending, but what is taken back only from where it was offered', () => {
    expect([...reachable<TargetState>('pending', (state) => targetLifecycle[state])].sort()).toEqual(
      [...targetStates].sort(),
    )
    expect(mayMove('pending', 'reverted')).toBe(false)
  })

  it('leads to known states only, and never back to itself', () => {
    for (const state of targetStates)
      for (const to of targetLifecycle[state]) expect([targetStates.includes(to), to === state]).toEqual([true, false])
  })

  it('knows which states are ends, and which of them are failures', () => {
    expect(targetStates.filter(hasEnded).sort()).toEqual([...endStates].sort())
    for (const state of failureStates) expect(hasEnded(state)).toBe(true)
  })

  it('takes nothing back that succeeded, but by a regression or on purpose', () => {
    expect(targetLifecycle.succeeded).toEqual(['rolled_back', 'reverted'])
  })

  it('takes whoever has booted the image back on purpose, and opens that again when the roll-back is given up', () => {
    expect(targetStates.filter((state) => mayMove(state, 'reverted'))).toEqual([
      'offered',
      'downloading',
      'staged',
      'granted',
      'verifying',
      'soaking',
      'succeeded',
    ])
    expect([mayMove('reverted', 'pending'), mayMove('skipped', 'pending')]).toEqual([true, true])
  })
})
