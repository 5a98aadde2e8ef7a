import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { aTarget, aView, aWave, canary, now, policy, rest } from './view.testing.ts'
import type { RolloutView, TargetView, WaveView } from './view.ts'

const look = (targets: readonly TargetView[], over: Partial<RolloutView>) => decide(aView(targets, over), now)
const waiting = aTarget('pending', { deviceId: 'next', wave: null, dueAt: null })
const twoWaves = [aWave({ size: 1 }), aWave({ index: 1, rule: 1, size: 2, state: 'pending', openedAt: null })]

describe('a manual wave', () => {
  const done = aTarget('succeeded', { grant: null, dueAt: null })
  const manual = { ...policy, waves: [canary, { ...rest, approval: 'manual' as const }] }
  const seen = (wave: Partial<WaveView>) =>
    look([done, waiting], {
      policy: manual,
      waves: [twoWaves[0]!, { ...twoWaves[1]!, ...wave }],
    })

  it('waits for a person when the one before has passed, and tells it once', () => {
    const first = seen({})
    expect(first.waves.map(({ index, state, event }) => [index, state, event])).toEqual([
      [0, 'passed', 'wave.passed'],
      [1, 'pending', 'wave.waiting_for_approval'],
    ])
    expect(first).toMatchObject({ because: { code: 'wave.waiting_for_approval', wave: 1, size: 2 }, wakeAt: now })
    const then = look([waiting], {
      policy: manual,
      waves: [aWave({ state: 'passed', counts: { succeeded: 1 } }), { ...twoWaves[1]!, asked: true }],
    })
    expect(then).toMatchObject({
      targets: [],
      waves: [],
      because: { code: 'wave.waiting_for_approval' },
      wakeAt: null,
    })
  })

  it('opens when a person has approved it', () => {
    expect(seen({ asked: true, approved: true }).waves[1]).toMatchObject({ index: 1, state: 'open' })
  })

  it('is not asked for before the one before has passed', () => {
    const decision = look([aTarget('staged', { dueAt: null }), waiting], {
      policy: manual,
      waves: twoWaves,
    })
    expect(decision.waves).toEqual([])
    expect(decision.because.code).not.toBe('wave.waiting_for_approval')
  })
})
