import { describe, expect, test } from 'vitest'
import { decide, evaluateGate, nextState, type GateCounts, type GateRule } from '@bootfleet/domain'
import {
  aDevice,
  aReport,
  aTarget,
  aView,
  aWave,
  canary,
  image,
  moves,
  now,
  policy,
  rest,
  ended,
  given,
  look,
  many,
  waiting,
} from './look.ts'

const strict: GateRule = { minConcluded: 1, minSuccessPercent: 100 }

function judge(rule: Partial<GateRule>, counts: Partial<GateCounts>): string {
  const none = { size: 10, skipped: 0, succeeded: 0, failures: 0, inFlight: 0, excused: 0 }
  return evaluateGate({ ...strict, ...rule }, { ...none, ...counts }).verdict
}

const next = aWave({ index: 1, rule: 1, size: 2, state: 'pending', openedAt: null })

describe('what a gate counts', () => {
  // Targets of the group are divided by actions that finished: one that is deleted puts 100 % out of reach.
  test('a device that was deleted does not make a threshold unreachable', () => {
    expect(judge({}, { succeeded: 9, inFlight: 1 })).toBe('wait')
    expect(judge({}, { succeeded: 9, skipped: 1 })).toBe('pass')
  })

  // All devices of a group are deleted or never match: it counts as a success, and the next one starts.
  test('a wave that lost all of its devices never passes', () => {
    expect(judge({ minSuccessPercent: 0 }, { skipped: 10 })).toBe('hold')
    const decision = look([ended('skipped')], { waves: [aWave(), next], unassigned: 2 })
    expect(decision).toMatchObject({ waves: [], because: { code: 'wave.nobody_left' } })
  })

  // A threshold of 0 is met before anything has happened.
  test('a gate that asks for no success does not pass before its devices have ended', () => {
    expect(judge({ minSuccessPercent: 0 }, { inFlight: 10 })).toBe('wait')
    expect(judge({ minSuccessPercent: 0 }, { succeeded: 1, inFlight: 9 })).toBe('wait')
  })

  // A group is complete when all of it has ended, however it ended.
  test('a wave of which everybody failed never passes, whatever its gate allows', () => {
    expect(judge({ minSuccessPercent: 0 }, { failures: 10 })).toBe('hold')
  })

  // What the comparison means at its edge is nowhere written: 10 % of failures trips a threshold of 10 %, or does not.
  test('as many failures as allowed do not trip, and one more does', () => {
    const lenient = { minSuccessPercent: 0, maxFailurePercent: 10, minConcluded: 10 }
    expect(judge(lenient, { failures: 1, succeeded: 9 })).toBe('pass')
    expect(judge(lenient, { failures: 2, succeeded: 8 })).toBe('trip')
    expect(judge({ ...lenient, maxFailurePercent: 0 }, { failures: 1, succeeded: 9 })).toBe('trip')
    expect(judge({ ...lenient, maxFailurePercent: 100 }, { failures: 9, succeeded: 1 })).toBe('pass')
  })

  // Shares are computed in floats: 7 % of 100 is more than 7, and a wave at its threshold trips.
  test('percentages are compared without floats', () => {
    let deceived = 0
    for (let percent = 0; percent <= 100; percent++)
      for (let failures = 0; failures <= 100; failures++) {
        const over = failures > percent
        if (failures > (percent / 100) * 100 !== over) deceived += 1
        const rule = { minSuccessPercent: 0, maxFailurePercent: percent, minConcluded: 100 }
        const verdict = judge(rule, { size: 101, failures, succeeded: 100 - failures, inFlight: 1 })
        expect([percent, failures, verdict === 'trip']).toEqual([percent, failures, over])
      }
    expect(deceived).toBeGreaterThan(0)
  })

  // The first device that fails stops the fleet, so one that lies can stop every fleet.
  test('a single failure trips no percentage before enough devices have ended', () => {
    const rule = { minSuccessPercent: 50, maxFailurePercent: 10, minConcluded: 5 }
    expect(judge(rule, { failures: 1, inFlight: 9 })).toBe('wait')
    expect(judge(rule, { failures: 1, succeeded: 4, inFlight: 5 })).toBe('trip')
  })

  // The minimum sample is larger than the wave, so its gate is never asked.
  test('a wave that is smaller than its minimum sample is judged by all of its devices', () => {
    const rule = { minSuccessPercent: 0, maxFailurePercent: 10, minConcluded: 50 }
    expect(judge(rule, { size: 2, failures: 1, succeeded: 1 })).toBe('trip')
  })
})

describe('whom a gate stops', () => {
  const lenient = { ...rest, gate: { minConcluded: 1, minSuccessPercent: 0 } }
  const waves = [aWave(), next]

  // Each threshold is compared with the batch before, so that of the first is never used.
  test('a wave is judged by its own gate, and not by that of another', () => {
    const strictFirst = look([ended('failed')], { waves, policy: { ...policy, waves: [canary, lenient] } })
    expect(strictFirst.waves).toMatchObject([{ index: 0, state: 'tripped' }])
    const passed = aWave({ state: 'passed', counts: { succeeded: 1 } })
    const last = [ended('succeeded', { wave: 1 }), ended('failed', { wave: 1, deviceId: 'bad' })]
    const both = { waves: [passed, aWave({ index: 1, rule: 1, size: 2 })] }
    expect(look(last, { ...both, policy: { ...policy, waves: [canary, lenient] } }).rollout?.to).toBe('completed')
    expect(look(last, { ...both, policy }).rollout?.to).toBe('pausing')
  })

  // Nothing times out, so a canary that is bricked is no failure, and the threshold never sees it.
  test('a bricked canary trips the gate', () => {
    const device = aDevice({ connected: false, conn: null, connectedAt: null, report: aReport({ phase: 'rebooting' }) })
    const brick = aTarget('rebooting', { device, grant: { ...aTarget('granted').grant!, at: now - 300_000 } })
    const decision = look([brick], { waves })
    expect(decision).toMatchObject({ rollout: { to: 'pausing' }, waves: [{ state: 'tripped' }] })
  })

  // A trip stops groups that have not started; devices of the group that failed are still given the image.
  test('nobody is given anything in the turn in which a gate trips', () => {
    const staged = aTarget('staged', { deviceId: 'staged' })
    const targets = [ended('failed', { deviceId: 'bad' }), ...many(3, (over) => aTarget('pending', over)), staged]
    expect(given(look(targets, { waves: [aWave({ size: 5 }), next] }))).toEqual([])
  })

  // To resume after an error starts the next group at once; nobody asks whether the error is still there.
  test('a rollout that is resumed after a trip asks the gate again before the next wave', () => {
    const tripped = [aWave({ state: 'tripped' }), next]
    expect(look([ended('failed'), waiting()], { waves: tripped }).rollout?.to).toBe('pausing')
    const excused = [aWave({ state: 'tripped', size: 2, excused: 1 }), next]
    const accepted = look([ended('failed'), ended('succeeded', { deviceId: 'good' }), waiting()], { waves: excused })
    expect(accepted.waves.map(({ index, state }) => [index, state])).toEqual([
      [0, 'passed'],
      [1, 'open'],
    ])
  })

  // The last batch fails, and the rollout stays suspended in a batch that does not exist: nothing is left to resume.
  test('a rollout whose last wave trips can be resumed, and completes', () => {
    const last = [ended('failed'), ended('succeeded', { deviceId: 'good' })]
    const state = look(last).rollout?.to
    expect(state).toBe('pausing')
    expect([nextState('pausing', 'resume'), nextState('paused', 'resume'), nextState('paused', 'abort')]).toEqual([
      'running',
      'running',
      'aborting',
    ])
    const resumed = look(last, { waves: [aWave({ size: 2, excused: 1 })] })
    expect(resumed.rollout?.to).toBe('completed')
  })

  // Only the stored result counts: a device that recovers changes nothing, and a new version has to be pushed.
  test('a device that comes back on the image after a trip counts again', () => {
    const report = aReport({ bootedDigest: image, bootKey: 'boot-2' })
    const late = aTarget('timed_out', { reason: 'apply', device: aDevice({ report }) })
    const [first] = moves(decide(aView([late], { state: 'paused' }), now))
    expect(first).toMatchObject({ from: 'timed_out', to: 'verifying' })
    const resumed = look([ended('succeeded'), waiting()], { waves: [aWave({ state: 'tripped' }), next] })
    expect(resumed.waves.map(({ state }) => state)).toEqual(['passed', 'open'])
  })
})
