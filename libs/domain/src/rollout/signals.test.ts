import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import type { PolicySpec, SignalRule } from './policy.ts'
import { aTarget, aView, aWave, moves, now, policy } from './view.testing.ts'
import type { RolloutView, SignalView, TargetView } from './view.ts'

const until = now + 60_000

function about(devices: number, applied = 0, over: Partial<SignalView> = {}): SignalView {
  const waves = devices === 0 ? [] : [{ index: 0, devices, applied }]
  return { id: 'signal-1', name: 'latency', message: 'p99 is 3 s', until, waves, ...over }
}

function withRule(signals: SignalRule | undefined): PolicySpec {
  return { ...policy, waves: policy.waves.map((wave) => ({ ...wave, gate: { ...wave.gate, signals } })) }
}

function decideWith(targets: TargetView[], signals: SignalView[], rule?: SignalRule, over: Partial<RolloutView> = {}) {
  return decide(aView(targets, { policy: withRule(rule), signals, ...over }), now)
}

const next = [aWave({ size: 1 }), aWave({ index: 1, rule: 1, size: 1, state: 'pending', openedAt: null })]

describe('an unhealthy signal', () => {
  it.each([
    [undefined, 1, 1, 'hold'],
    ['hold', 1, 1, 'hold'],
    ['hold', 0, 0, undefined],
    ['trip', 1, 1, 'trip'],
    ['trip', 1, 0, 'hold'],
    ['trip', 0, 0, undefined],
    ['ignore', 1, 1, undefined],
  ] as const)('of the rule %s about %i devices of which %i applied: %s', (rule, devices, applied, verdict) => {
    const decision = decideWith([aTarget('succeeded')], [about(devices, applied)], rule, { waves: next })
    const judged = [...(decision.evaluations ?? []), ...decision.waves.flatMap(({ evaluations = [] }) => evaluations)]
    expect(judged.find(({ metric }) => metric === 'signals')?.verdict).toBe(verdict)
    expect(decision.rollout?.to).toBe(verdict === 'trip' ? 'pausing' : undefined)
    expect(decision.waves.some(({ state }) => state === 'passed')).toBe(verdict === undefined)
  })

  it('names itself where it trips, with what it counted', () => {
    const decision = decideWith([aTarget('succeeded')], [about(2, 1)], 'trip', { waves: [aWave({ size: 3 })] })
    expect(decision.because).toMatchObject({ code: 'gate.signal', signal: 'latency', numerator: 1, denominator: 3 })
    expect(decision.because.message).toContain('p99 is 3 s')
    expect(decision.waves).toMatchObject([
      { state: 'tripped', evaluations: [{ metric: 'signals', signal: 'latency' }] },
    ])
  })

  it('is named with every other one that holds, and never by the id of one about nobody', () => {
    const nowhere = about(0, 0, { id: 'signal-0' })
    const errors = about(2, 0, { id: 'signal-2', name: 'errors' })
    const waves = [aWave({ size: 3 })]
    const { because } = decideWith([aTarget('staged')], [nowhere, about(1), errors], 'hold', { waves })
    expect(because).toMatchObject({ signalId: 'signal-1', also: 'errors' })
    expect(because.message).toContain('"latency" is unhealthy about 1 of 3')
    expect(because.message).toContain('Unhealthy too: "errors" about 2 of wave 1.')
  })

  it('that holds lets devices stage, and grants nothing', () => {
    const staged = aTarget('staged')
    const pending = aTarget('pending', { deviceId: 'device-2' })
    const held = decideWith([staged, pending], [about(1)])
    expect(moves(held).map(({ deviceId, to }) => [deviceId, to])).toEqual([['device-2', 'offered']])
    expect(held.because.code).toBe('signal.holding')
    expect(moves(decideWith([staged], [])).map(({ to }) => to)).toEqual(['granted'])
  })

  it('that holds follows who was granted, and renews a grant on a new connection', () => {
    const moved = aTarget('granted')
    const device = { ...moved.device, conn: 'conn-2', connectedAt: now - 5000 }
    const decision = decideWith([{ ...moved, device }], [about(1)])
    expect(moves(decision)).toMatchObject([{ event: 'target.grant_renewed', grant: { conn: 'conn-2' } }])
  })

  it('is no failure: the counts of the gate are those without it', () => {
    const targets = [aTarget('succeeded')]
    const waves = [aWave({ size: 1 })]
    const ignored = decideWith(targets, [about(1, 1)], 'ignore', { waves })
    expect(ignored.waves).toEqual(decideWith(targets, [], 'ignore', { waves }).waves)
  })

  it('that ends lets the rollout be looked at then', () => {
    const decision = decideWith([aTarget('succeeded')], [about(1, 1, { until: now + 5 })], 'hold', { waves: next })
    expect(decision.wakeAt).toBe(now + 5)
  })

  it('about devices that no wave has taken yet keeps those from a grant in the turn that takes them', () => {
    const device = { ...aTarget('pending').device, canLock: false }
    const taken = aTarget('pending', { wave: null, device })
    const signals = [about(0)]
    expect(moves(decideWith([taken], signals)).map(({ to }) => to)).toEqual(['pending', 'offered'])
    expect(moves(decideWith([taken], [])).map(({ to }) => to)).toEqual(['pending', 'offered', 'granted'])
  })

  it('never lets anything be granted or a wave pass while it holds', () => {
    const states = fc.constantFrom('pending', 'staged', 'granted', 'soaking', 'succeeded', 'failed' as const)
    const property = fc.property(fc.array(states, { minLength: 1, maxLength: 6 }), fc.nat(3), (list, more) => {
      const targets = list.map((state, index) => aTarget(state, { deviceId: `device-${index}` }))
      const decision = decideWith(targets, [about(1 + more)])
      expect(decision.targets.filter(({ to, from }) => to === 'granted' && from !== 'granted')).toEqual([])
      expect(decision.waves.filter(({ state }) => state === 'passed' || state === 'open')).toEqual([])
      expect(decision.because.message).not.toBe('')
    })
    fc.assert(property, { numRuns: 300 })
  })
})
