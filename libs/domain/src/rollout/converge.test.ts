import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { aDevice, aGroup, aReport, aTarget, aView, aWave, canary, moves, now, offline, policy } from './view.testing.ts'
import type { RolloutView, TargetView } from './view.ts'

const lenient = { ...canary, gate: { maxFailures: 1, minConcluded: 1, minSuccessPercent: 0 } }
const waves = [
  aWave({ index: 0, rule: 0, size: 2, state: 'passed', counts: { succeeded: 2 } }),
  aWave({ index: 1, rule: 1, size: 5, state: 'passed', counts: { succeeded: 4, pending: 1 } }),
]

function look(target: TargetView, over: Partial<RolloutView> = {}) {
  const view = { state: 'completed', converges: true, observedUntil: now - 1000, waves, ...over } as const
  return decide(aView([target], view), now)
}

const waiting = (over: Partial<TargetView> = {}) => aTarget('pending', { wave: 1, ...over })

describe('a completed rollout to which devices converge', () => {
  it('offers them the image, says so, and stays completed', () => {
    const decision = look(waiting())
    expect(moves(decision)).toMatchObject([{ to: 'offered' }])
    expect(decision).toMatchObject({ converging: true, because: { code: 'convergence.running' } })
    expect(decision.rollout).toBeUndefined()
  })

  it('grants within the budget and the windows only', () => {
    const counts = { succeeded: 4, staged: 1 }
    const staged = aTarget('staged', { wave: 1 })
    const group = (over: Parameters<typeof aGroup>[0]) => ({ groups: { 'group-1': aGroup(over) } })
    const grants = (over: Parameters<typeof aGroup>[0]) =>
      moves(look(staged, { waves: [waves[0]!, { ...waves[1]!, counts }], ...group(over) })).map(({ to }) => to)
    expect(grants({})).toEqual(['granted'])
    expect(grants({ slots: 1, slotsTaken: 1 })).toEqual([])
    expect(grants({ closed: { code: 'window.closed', message: 'It is closed.' } })).toEqual([])
  })

  it('holds them when the gate of a wave trips, with its numbers, and takes unused grants back', () => {
    const failed = { ...waves[1]!, counts: { succeeded: 4, rolled_back: 1, pending: 1 }, size: 6 }
    const rules = { policy: { ...policy, waves: [lenient, canary] } }
    const held = look(waiting(), { ...rules, waves: [waves[0]!, failed] })
    expect(moves(held)).toEqual([])
    expect(held.because).toMatchObject({ code: 'convergence.holding', gate: 'gate.too_many_failures', wave: 1 })
    expect(held.because.message).toContain('retry')
    const granted = { ...waves[1]!, counts: { succeeded: 4, rolled_back: 1, granted: 1 }, size: 6 }
    const device = aDevice({ report: aReport({ grantId: 'grant-1', observedGen: 6 }) })
    const recalled = look(aTarget('granted', { wave: 1, dueAt: null, device }), {
      ...rules,
      waves: [waves[0]!, granted],
    })
    expect(moves(recalled)).toMatchObject([{ to: 'granted', recalled: true }])
  })

  it('goes on without failures that were excused', () => {
    const excused = { ...waves[1]!, counts: { succeeded: 4, rolled_back: 1, pending: 1 }, size: 6, excused: 1 }
    expect(moves(look(waiting(), { waves: [waves[0]!, excused] }))).toMatchObject([{ to: 'offered' }])
  })

  it('waits for nobody who fell silent before the grant', () => {
    const gone = waiting({
      device: aDevice({ ...offline, lastSeenAt: now - 91_000 }),
      stateSince: now - 100_000,
      dueAt: null,
    })
    expect(moves(look(gone)).at(-1)).toMatchObject({ to: 'skipped', reason: 'unreachable', wave: 1 })
    const lately = { ...gone, device: { ...gone.device, lastSeenAt: now - 89_000 } }
    expect(moves(look(lately))).toEqual([])
  })

  it('lets them go when something newer is on its way to them', () => {
    expect(moves(look(waiting(), { converges: false }))).toMatchObject([{ to: 'skipped', reason: 'superseded' }])
  })
})

describe('the end of a target', () => {
  const regressed = aReport({ bootKey: 'boot-3' })
  const back = (stateSince: number) =>
    aTarget('succeeded', { wave: 1, stateSince, device: aDevice({ report: regressed }) })
  const counts = { succeeded: 5 }
  const over = { waves: [waves[0]!, { ...waves[1]!, counts }] }

  it('is final once the observation is over', () => {
    expect(moves(look(back(now - 86_400_000), over))).toEqual([])
  })

  it('is open as long for who converged after that', () => {
    expect(moves(look(back(now - 86_399_000), over))).toMatchObject([{ to: 'rolled_back', reason: 'regressed' }])
  })
})
