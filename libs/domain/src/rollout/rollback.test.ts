import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import {
  aDevice,
  aGroup,
  aReport,
  aTarget,
  aView,
  aWave,
  image,
  moves,
  now,
  offline,
  oldImage,
  policy,
} from './view.testing.ts'
import type { RolloutView, TargetView } from './view.ts'

const look = (targets: readonly TargetView[], over: Partial<RolloutView>) => decide(aView(targets, over), now)
const under = (state: 'under_way' | 'completed' | 'aborted') => ({
  state: 'rolling_back' as const,
  rollback: { id: 'child', state },
})
const onImage = { bootedDigest: image, bootKey: 'boot-2' }

describe('a rollout that is rolled back', () => {
  it('lets go whom it has not granted, recalls the others, and judges nobody on the image', () => {
    const targets = [
      aTarget('pending', { deviceId: 'pending', wave: null, dueAt: null }),
      aTarget('staged', { deviceId: 'staged' }),
      aTarget('granted', { deviceId: 'granted', device: aDevice({ report: aReport({ grantId: 'grant-1' }) }) }),
      aTarget('verifying', { deviceId: 'late', stateSince: 0, device: aDevice({ report: aReport(onImage) }) }),
      aTarget('soaking', { deviceId: 'soaked', soakUntil: now - 1000, device: aDevice({ report: aReport(onImage) }) }),
    ]
    const decision = look(targets, under('under_way'))
    expect(moves(decision)).toMatchObject([
      { deviceId: 'granted', to: 'granted', recalled: true },
      { deviceId: 'pending', to: 'skipped', reason: 'rolling_back' },
      { deviceId: 'staged', to: 'skipped', reason: 'rolling_back', instruct: { kind: 'none' } },
    ])
    expect(decision.rollout).toBeUndefined()
  })

  it('tells who fell back by itself from who was taken back', () => {
    const attempt = { target: image, outcome: 'rolled_back', detail: 'health_failed' }
    const own = aDevice({ report: aReport({ bootKey: 'boot-3', attempt }) })
    expect(moves(look([aTarget('verifying', { device: own })], under('under_way')))).toMatchObject([
      { to: 'rolled_back', reason: 'health_failed' },
    ])
    const told = { target: oldImage, outcome: 'booted_target', detail: null }
    const back = aDevice({ report: aReport({ bootKey: 'boot-3', attempt: told }) })
    expect(moves(look([aTarget('succeeded', { device: back })], under('under_way')))).toMatchObject([
      { to: 'reverted', reason: 'rolled_back' },
    ])
  })

  it('ends with its roll-back, and names who is still on the image', () => {
    const stuck = aTarget('verifying', { device: aDevice({ report: aReport(onImage) }) })
    const decision = look([stuck], under('completed'))
    expect(moves(decision)).toMatchObject([{ to: 'failed', reason: 'not_taken_back' }])
    expect(decision.rollout).toMatchObject({ to: 'rolled_back', because: { rollback: 'child' } })
  })

  it('stops when its roll-back was aborted, and its clocks count from then on', () => {
    const late = aTarget('verifying', { stateSince: 0, device: aDevice({ report: aReport(onImage) }) })
    const checking = { ...late, device: aDevice({ report: aReport({ ...onImage, health: 'checking' }) }) }
    expect(look([checking], under('aborted')).rollout).toMatchObject({
      to: 'paused',
      because: { code: 'rollout.rollback_aborted' },
    })
    expect(moves(look([checking], { state: 'paused', haltedAt: now - 1000 }))).toEqual([])
    expect(moves(look([checking], { state: 'paused' }))).toMatchObject([{ to: 'failed', reason: 'health' }])
  })

  it('is where a gate sends it whose policy says so', () => {
    const decision = look([aTarget('failed', { grant: null, dueAt: null })], {
      policy: { ...policy, onTrip: 'rollback' },
    })
    expect(decision.rollout).toMatchObject({ to: 'rolling_back', because: { code: 'gate.too_many_failures' } })
  })
})

describe('a roll-back', () => {
  const gate = { minConcluded: 1, minSuccessPercent: 0 }
  const recipe = { ...policy, waves: [{ name: 'rollback', size: null, soakSec: 0, gate }] }
  const back = { isRollback: true, policy: recipe }
  const goal = { accept: [oldImage], leaving: [image], fromDigest: image, fromBootKey: 'boot-2', dueAt: null }
  const on = (report: Parameters<typeof aReport>[0], over: Parameters<typeof aDevice>[0] = {}) =>
    aDevice({ report: aReport(report), ...over })

  it('completes at once when nobody is to go back', () => {
    expect(look([], { ...back, waves: [] }).rollout).toMatchObject({ to: 'completed' })
  })

  it('grants a device that is down with the release without another slot, and no other beyond the budget', () => {
    const staged = { stagedDigest: oldImage, stagedLocked: true, ...onImage }
    const targets = [
      aTarget('staged', { ...goal, deviceId: 'down', holdsSlot: true, device: on({ ...staged, health: 'unhealthy' }) }),
      aTarget('staged', { ...goal, deviceId: 'well', device: on(staged) }),
    ]
    const groups = { 'group-1': aGroup({ slots: 1, slotsTaken: 1 }) }
    expect(moves(look(targets, { ...back, groups }))).toMatchObject([
      { deviceId: 'down', to: 'granted', slot: 'take', origin: { digest: image } },
    ])
    expect(moves(look([{ ...targets[0]!, leaving: undefined! }], { groups }))).toEqual([])
  })

  it('leaves alone who is back already, and who runs neither image', () => {
    const skip = (report: Parameters<typeof aReport>[0]) =>
      moves(look([aTarget('pending', { ...goal, device: on(report) })], back))
    expect(skip({ bootedDigest: oldImage, bootKey: 'boot-3' })).toMatchObject([
      { to: 'skipped', reason: 'already_on_digest' },
    ])
    expect(skip({ bootedDigest: 'sha256:other', bootKey: 'boot-3' })).toMatchObject([
      { to: 'skipped', reason: 'other_image' },
    ])
  })

  it('waits for a device that reboots by the rollout, whatever it reported before', () => {
    const device = on({ bootedDigest: oldImage }, { busyWith: 'parent' })
    expect(moves(look([aTarget('pending', { ...goal, device })], back))).toEqual([])
  })

  it('gives up who never comes, by name, and is over then', () => {
    const gone = aTarget('pending', {
      ...goal,
      wave: null,
      device: aDevice({ ...offline, report: null, lastSeenAt: null }),
    })
    const waves = [aWave({ size: 1, openedAt: now - 3_600_000 })]
    const given = look([gone], { ...back, waves })
    expect(moves(given)).toMatchObject([{ to: 'skipped', reason: 'unreachable' }])
    const ended = aTarget('failed', { ...goal, grant: null })
    expect(look([ended], back)).toMatchObject({
      rollout: { to: 'completed', because: { code: 'rollback.completed', failed: 1 } },
      waves: [{ state: 'passed' }],
    })
  })
})
