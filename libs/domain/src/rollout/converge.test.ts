import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import {
  aDevice,
  aGroup,
  aReport,
  aTarget,
  aView,
  aWave,
  canary,
  image,
  moves,
  now,
  offline,
  oldImage,
  policy,
} from './view.testing.ts'
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
    for (const wave of [0, 1])
      expect(moves(look({ ...gone, wave }))).toMatchObject([{ to: 'skipped', reason: 'unreachable', wave }])
    const lately = { ...gone, device: { ...gone.device, lastSeenAt: now - 89_000 } }
    expect(moves(look(lately))).toEqual([])
  })

  it('looks in time at who is away, in a wave or not, also where the policy has waves wait', () => {
    const away = { device: aDevice({ ...offline, lastSeenAt: now - 30_000 }), stateSince: now - 100_000, dueAt: now }
    const rules = { policy: { ...policy, unreachable: 'wait' } } as const
    for (const wave of [1, null])
      expect(look(waiting({ ...away, wave }), rules).targets).toMatchObject([{ to: 'pending', dueAt: now + 60_000 }])
  })

  it('lets them go when something newer is on its way to them, and looks for the end of that', () => {
    expect(decide(aView([], { state: 'completed', heldUp: true }), now).wakeAt).toBe(now + 300_000)
    expect(moves(look(waiting(), { converges: false }))).toMatchObject([{ to: 'skipped', reason: 'superseded' }])
  })
})

describe('an unhealthy signal about devices of a completed rollout', () => {
  const signal = (applied: number) => ({
    signals: [{ id: 's', name: 'latency', message: '', until: now + 9000, waves: [{ index: 1, devices: 2, applied }] }],
  })
  const under = (rule: 'hold' | 'trip' | 'ignore') => ({
    policy: { ...policy, waves: [lenient, { ...lenient, gate: { ...lenient.gate, signals: rule } }] },
    waves: [waves[0]!, { ...waves[1]!, size: 6, counts: { succeeded: 4, pending: 1, staged: 1 } }],
  })
  const staged = () => aTarget('staged', { wave: 1, deviceId: 'device-2' })
  const both = (rule: 'hold' | 'trip' | 'ignore', applied = 1) => {
    const view = { state: 'completed', converges: true, observedUntil: now - 1000 } as const
    return decide(aView([waiting(), staged()], { ...view, ...under(rule), ...signal(applied) }), now)
  }

  it('that holds lets them stage and grants nothing, with its reason, and looks again when it ends', () => {
    const held = both('hold')
    expect(moves(held).map(({ deviceId, to }) => [deviceId, to])).toEqual([['device-1', 'offered']])
    expect(held.because).toMatchObject({ code: 'convergence.holding', gate: 'signal.holding', signal: 'latency' })
    expect(both('trip', 0).because).toMatchObject({ gate: 'signal.holding' })
    const quiet = look(waiting({ state: 'offered' }), { ...under('hold'), ...signal(1) })
    expect(quiet.wakeAt).toBeLessThanOrEqual(now + 9000)
  })

  it('that trips gives them nothing, and moves the rollout nowhere', () => {
    const tripped = both('trip')
    expect(moves(tripped)).toEqual([])
    expect(tripped.because).toMatchObject({ code: 'convergence.holding', gate: 'gate.signal' })
    expect(tripped.rollout).toBeUndefined()
    expect(tripped.wakeAt).toBe(now + 9000)
  })

  it('is nothing to a policy that ignores it', () => {
    expect(moves(both('ignore')).map(({ to }) => to)).toEqual(['offered', 'granted'])
  })
})

describe('a completed roll-back', () => {
  const gate = { minConcluded: 1, minSuccessPercent: 0 }
  const back = {
    isRollback: true,
    policy: { ...policy, unreachable: 'wait', waves: [{ ...canary, size: null, gate }] },
  } as const
  const wave = (counts: object) => ({ waves: [aWave({ size: 3, state: 'passed', counts })] })
  const goal = { accept: [oldImage], leaving: [image], fromDigest: image, fromBootKey: 'boot-2', wave: 0 }
  const onImage = { bootedDigest: image, bootKey: 'boot-2' }

  it('sends back who was away, within the budget, whatever failed in it', () => {
    const staged = { ...onImage, stagedDigest: oldImage, stagedLocked: true }
    const target = aTarget('staged', { ...goal, device: aDevice({ report: aReport(staged) }) })
    const counts = wave({ failed: 2, staged: 1 })
    expect(moves(look(target, { ...back, ...counts }))).toMatchObject([{ to: 'granted', slot: 'take' }])
    const groups = { 'group-1': aGroup({ slots: 1, slotsTaken: 1 }) }
    expect(moves(look(target, { ...back, ...counts, groups }))).toEqual([])
  })

  it('is held by no signal about them: they leave the image that it is about', () => {
    const staged = { ...onImage, stagedDigest: oldImage, stagedLocked: true }
    const target = aTarget('staged', { ...goal, device: aDevice({ report: aReport(staged) }) })
    for (const signals of ['hold', 'trip'] as const) {
      const rules = { policy: { ...back.policy, waves: [{ ...canary, size: null, gate: { ...gate, signals } }] } }
      const about = {
        id: 's',
        name: 'latency',
        message: '',
        until: now + 9000,
        waves: [{ index: 0, devices: 1, applied: 1 }],
      }
      const view = { ...back, ...rules, ...wave({ succeeded: 2, staged: 1 }), signals: [about] }
      expect(moves(look(target, view))).toMatchObject([{ to: 'granted' }])
    }
  })

  it('waits again for who falls silent, and says that it goes back', () => {
    const device = aDevice({ ...offline, lastSeenAt: now - 91_000, report: aReport(onImage) })
    const gone = aTarget('pending', { ...goal, device, stateSince: now - 100_000, dueAt: null })
    const [left] = moves(look(gone, { ...back, ...wave({ pending: 1 }) }))
    expect(left).toMatchObject({ to: 'skipped', reason: 'unreachable' })
    expect(left?.because.message).toContain('goes back when it returns')
  })

  it('lets them go when a newer rollout is on its way', () => {
    const pending = aTarget('pending', { ...goal, device: aDevice({ report: aReport(onImage) }) })
    const newer = look(pending, { ...back, ...wave({ pending: 1 }), converges: false })
    expect(moves(newer)).toMatchObject([{ to: 'skipped', reason: 'superseded' }])
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
