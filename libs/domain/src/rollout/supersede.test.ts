import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { aDevice, aReport, aTarget, aView, aWave, image, moves, now, offline } from './view.testing.ts'
import type { RolloutView, TargetView } from './view.ts'

const look = (targets: readonly TargetView[], over: Partial<RolloutView> = {}) => decide(aView(targets, over), now)
const busy = (over: Parameters<typeof aDevice>[0] = {}) => aDevice({ busyWith: 'earlier', ...over })
const waiting = { wave: null, dueAt: null } as const

describe('a rollout that a newer one superseded', () => {
  const lost = aTarget('granted', { recalled: true, device: aDevice({ ...offline, report: null }) })

  it('lets go whom it has not granted, and recalls the others', () => {
    const targets = [
      aTarget('pending', { deviceId: 'pending', ...waiting }),
      aTarget('staged', { deviceId: 'staged' }),
      aTarget('granted', { deviceId: 'granted', device: aDevice({ report: aReport({ grantId: 'grant-1' }) }) }),
    ]
    const decision = look(targets, { state: 'superseded' })
    expect(moves(decision)).toMatchObject([
      { deviceId: 'granted', to: 'granted', recalled: true, instruct: { kind: 'stage' } },
      { deviceId: 'pending', to: 'skipped', reason: 'superseded' },
      { deviceId: 'staged', to: 'skipped', reason: 'superseded', instruct: { kind: 'none' } },
    ])
    expect(decision).toMatchObject({ because: { code: 'rollout.superseded', left: 1 } })
    expect(decision.ended).toBeUndefined()
  })

  it('ends when the last of its devices has, and stays superseded', () => {
    expect(look([lost], { state: 'superseded' }).ended).toBeUndefined()
    const decision = look([aTarget('succeeded', { grant: null, dueAt: null })], { state: 'superseded' })
    expect(decision).toMatchObject({ ended: true, targets: [], wakeAt: null })
    expect(decision.rollout).toBeUndefined()
  })

  it('wants no stage any more of a device that timed out', () => {
    const late = { ...lost, grant: { ...lost.grant!, at: now - 300_000 } }
    expect(moves(look([late], { state: 'superseded' }))).toMatchObject([
      { to: 'timed_out', instruct: { kind: 'none' } },
    ])
  })
})

describe('a device that finishes an earlier rollout', () => {
  it('is taken into no wave, offered nothing and granted nothing, and why', () => {
    const waves = [aWave({ size: 1 })]
    const unassigned = look([aTarget('pending', { ...waiting, device: busy() })], { waves })
    expect([moves(unassigned), unassigned.because]).toMatchObject([
      [],
      { code: 'target.finishes_other', rollout: 'earlier' },
    ])
    expect(moves(look([aTarget('pending', { dueAt: null, device: busy() })]))).toEqual([])
    const staged = aTarget('staged', {
      dueAt: null,
      device: busy({ report: aReport({ stagedDigest: image, stagedLocked: true }) }),
    })
    expect(look([staged])).toMatchObject({ targets: [], because: { code: 'target.finishes_other' } })
  })

  it('is not given up meanwhile', () => {
    const waves = [aWave({ size: 1, openedAt: now - 3_600_000 })]
    const device = busy({ ...offline, lastSeenAt: null, report: null })
    expect(moves(look([aTarget('pending', { ...waiting, device })], { waves }))).toEqual([])
  })

  it('is skipped when it kept the image that the newer rollout is for', () => {
    const report = aReport({ bootedDigest: image, bootKey: 'boot-0' })
    const target = aTarget('pending', { fromDigest: image, fromBootKey: 'boot-0', device: aDevice({ report }) })
    expect(moves(look([target]))).toMatchObject([{ to: 'skipped', reason: 'already_on_digest' }])
  })
})
