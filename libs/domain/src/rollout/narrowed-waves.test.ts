import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dealWaves } from './deal-waves.ts'
import { decide } from './decide.ts'
import type { Share, WaveRule } from './policy.ts'
import { tally } from './world-pools.testing.ts'
import { aDevice, aTarget, aView, aWave, canary, moves, now, offline, policy, rest } from './view.testing.ts'
import type { RolloutView, TargetView } from './view.ts'
import { commonPool, poolsOf, takesFrom } from './wave-pools.ts'
import { planWaves } from './waves.ts'
import { leaveOneByOne } from './wave-to-leave.ts'

const rule = (name: string, selector: string | null, size: Share | null): WaveRule => ({
  ...canary,
  name,
  selector,
  size,
})

describe('waves by selector', () => {
  const lab = 'site=lab'
  const kiosks = 'kind=kiosk'
  const servers = 'kind=server'
  it.each([
    [
      'five of the lab, then 10 % of all, then the rest',
      [rule('lab', lab, { count: 5 }), rule('tenth', null, { percent: 10 }), rest],
      [100, { 0: 20 }],
      [5, 5, 90],
    ],
    [
      'all kiosks, then all servers, then the rest',
      [rule('kiosks', kiosks, null), rule('servers', servers, null), rest],
      [100, { 0: 30, 1: 12 }],
      [30, 12, 58],
    ],
    [
      'a percentage of those that match is rounded up',
      [rule('lab', lab, { percent: 10 }), rest],
      [100, { 0: 3 }],
      [1, 99],
    ],
    [
      'two waves with the same selector take more of the same devices, however it is written',
      [rule('some', lab, { count: 2 }), rule('half', 'site = lab', { percent: 50 }), rest],
      [100, { 0: 20 }],
      [2, 8, 90],
    ],
    [
      'a wave without a selector leaves those alone that a later wave names',
      [rule('canary', null, { count: 50 }), rule('kiosks', kiosks, null), rest],
      [60, { 1: 40 }],
      [20, 40],
    ],
    [
      'what a wave leaves of those that it names is left for later waves without a selector',
      [rule('lab', lab, { count: 5 }), rule('most', null, { count: 90 }), rest],
      [100, { 0: 80 }],
      [5, 90, 5],
    ],
    [
      'the lab, a tenth, the kiosks, the rest: the example of docs/rollouts.md',
      [rule('lab', lab, { count: 5 }), rule('tenth', null, { percent: 10 }), rule('kiosks', kiosks, null), rest],
      [100, { 0: 20, 2: 10 }],
      [5, 5, 10, 80],
    ],
    [
      'a later wave whose selector nobody matches is merged',
      [rule('canary', null, { count: 1 }), rule('lab', lab, { percent: 50 }), rest],
      [10, {}],
      [1, 9],
    ],
    [
      'a first wave whose selector nobody matches stays, without a device',
      [rule('lab', lab, { percent: 50 }), rest],
      [10, {}],
      [0, 10],
    ],
    [
      'a first wave that later ones leave nobody stays, without a device',
      [rule('canary', null, { count: 1 }), rule('kiosks', kiosks, null), rest],
      [10, { 1: 10 }],
      [0, 10],
    ],
    ['nobody makes no wave', [rule('lab', lab, null), rest], [0, {}], []],
  ] as const)('%s', (_name, rules, [eligible, pools], sizes) => {
    const inPools = new Map(Object.entries(pools).map(([pool, count]) => [Number(pool), count]))
    expect(planWaves(rules, eligible, inPools).map(({ size }) => size)).toEqual(sizes)
  })
})

const share = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
)
const selector = fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 2 })
const someRules = fc
  .array(
    fc.record({ selector, size: share, all: fc.boolean() }).map((one) => {
      return rule('wave', one.selector, one.selector !== null && one.all ? null : one.size)
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((rules) => [...rules, rest])

/** A policy and, in the planned order, the pool of each device. */
const plans = someRules.chain((rules) => {
  const pools = [...new Set([commonPool, ...poolsOf(rules)])]
  return fc.record({ rules: fc.constant(rules), order: fc.array(fc.constantFrom(...pools), { maxLength: 80 }) })
})

describe('planned waves, whatever their selectors and whoever matches', () => {
  it('hold everybody once; only the first may be empty, and that only when nobody is left for it', () => {
    const property = fc.property(plans, ({ rules, order }) => {
      const planned = planWaves(rules, order.length, tally(order))
      expect(planned.reduce((total, { size }) => total + size, 0)).toBe(order.length)
      expect(planned.slice(1).every(({ size }) => size >= 1)).toBe(true)
      if (order.length > 0) expect(planned[0]?.rule).toBe(0)
      const [sources] = takesFrom([{ rule: 0 }, { rule: 1 }], rules)
      const forFirst = order.filter((pool) => sources?.has(pool)).length
      if (order.length > 0) expect(planned[0]?.size === 0).toBe(forFirst === 0)
      expect(planned.map(({ index }) => index)).toEqual(planned.map((_wave, place) => place))
    })
    fc.assert(property)
  })

  it('can all be filled from their own pools, one after the other', () => {
    const property = fc.property(plans, ({ rules, order }) => {
      const planned = planWaves(rules, order.length, tally(order))
      const dealt = dealWaves(order, planned, rules)
      const pools = poolsOf(rules)
      for (const { index, size, rule: place } of planned) {
        expect(dealt.filter((wave) => wave === index)).toHaveLength(size)
        const own = pools[place]
        if (own !== commonPool && place < rules.length - 1 && index < planned.length - 1)
          expect(dealt.every((wave, device) => wave !== index || order[device] === own)).toBe(true)
      }
    })
    fc.assert(property)
  })

  it('can be filled in whatever order devices come, are lost, or leave', () => {
    const events = fc.array(fc.record({ leaves: fc.boolean(), opens: fc.boolean(), at: fc.nat() }), { maxLength: 200 })
    const property = fc.property(plans, events, ({ rules, order }, happenings) => {
      const planned = planWaves(rules, order.length, tally(order))
      const waves = planned.map((wave) => aWave({ ...wave, counts: {} }))
      const takes = takesFrom(planned, rules)
      const unassigned = order.map((pool, device) => ({ pool, device }))
      const taken: { wave: number; pool: number; device: number }[] = []
      const room = (index: number) => (planned[index]?.size ?? 0) - taken.filter(({ wave }) => wave === index).length
      let opened = 1
      const take = (one: { pool: number; device: number }) => {
        const found = planned.find(({ index }) => index < opened && room(index) > 0 && takes[index]?.has(one.pool))
        if (found) taken.push({ ...one, wave: found.index })
        else unassigned.push(one)
      }
      for (const { leaves, opens, at } of happenings) {
        // A wave may open before those before it are full: an operator promoted it.
        if (opens) opened += 1
        const [one] = unassigned.length > 0 ? unassigned.splice(at % unassigned.length, 1) : []
        const member = taken[at % Math.max(1, taken.length)]
        if (one && leaves) {
          const counts = (index: number) => ({ skipped: (planned[index]?.size ?? 0) - room(index) })
          const view = {
            policy: { ...policy, waves: rules },
            waves: waves.map((wave) => ({ ...wave, counts: counts(wave.index) })),
            unassigned: unassigned.length + 1,
            pools: Object.fromEntries(tally([...unassigned, one].map(({ pool }) => pool))),
          } as unknown as RolloutView
          const wave = leaveOneByOne(view)({ ...one, wave: null } as unknown as TargetView)
          if (wave === null) throw new Error('it takes no place along')
          taken.push({ ...one, wave })
        } else if (one && at % 3 > 0) {
          take(one)
        } else if (one) {
          unassigned.push(one)
        }
        if (member && at % 4 === 0) {
          taken.splice(taken.indexOf(member), 1)
          unassigned.push(member)
        }
        expect(planned.every(({ index }) => room(index) >= 0)).toBe(true)
      }
      // Whatever came before: whoever is left now can fill what is open.
      opened = planned.length
      for (const one of unassigned.splice(0)) take(one)
      expect(unassigned).toEqual([])
      expect(planned.every(({ index }) => room(index) === 0)).toBe(true)
    })
    fc.assert(property, { numRuns: 300 })
  })
})

const byLab = { ...policy, waves: [rule('lab', 'site=lab', { count: 1 }), rest] }
const waiting = (deviceId: string, pool: number, over: Partial<TargetView> = {}) =>
  aTarget('pending', { deviceId, wave: null, dueAt: null, pool, ...over })
const lookAt = (targets: readonly TargetView[], over: Partial<RolloutView> = {}) => {
  const pools = Object.fromEntries(tally(targets.map(({ pool }) => pool ?? commonPool)))
  return decide(aView(targets, { policy: byLab, pools, ...over }), now)
}
const two = [aWave({ size: 1 }), aWave({ index: 1, rule: 1, size: 2, state: 'pending', openedAt: null })]

describe('a wave with a selector', () => {
  it('takes who matches, not who comes first in the order', () => {
    const { targets } = lookAt([waiting('a', commonPool), waiting('b', 0), waiting('c', 0)], { waves: two })
    expect(targets.filter(({ event }) => event === 'target.assigned')).toMatchObject([{ deviceId: 'b', wave: 0 }])
  })

  it('waits for those that match while others are connected, and names them', () => {
    const away = waiting('b', 0, { device: aDevice(offline) })
    const { targets, because } = lookAt([waiting('a', commonPool), away], { waves: two })
    expect(targets).toEqual([])
    expect(because).toMatchObject({ code: 'wave.waiting_for_devices', missing: 1, selector: 'site=lab' })
    expect(because.message).toContain('site=lab')
  })

  it('gives the place of a member that was lost to the next that matches', () => {
    const lastSeenAt = now - (policy.timeouts.unreachableAfterSec + 1) * 1000
    const lost = aTarget('staged', {
      deviceId: 'b',
      pool: 0,
      stateSince: 0,
      device: aDevice({ ...offline, lastSeenAt }),
    })
    const others = [waiting('a', commonPool), waiting('c', 0)]
    const decision = lookAt([lost, ...others], { waves: two, pools: { [commonPool]: 1, 0: 1 }, unassigned: 2 })
    expect(moves(decision).map(({ event, deviceId }) => [event, deviceId])).toEqual([
      ['target.replaced', 'b'],
      ['target.assigned', 'c'],
      ['target.offered', 'c'],
    ])
  })

  it('is asked for nobody when none that matches is left: it holds, whatever its gate', () => {
    const lax = { ...canary, gate: { minConcluded: 1, minSuccessPercent: 0 } }
    const waves = [aWave({ size: 0 }), aWave({ index: 1, rule: 1, size: 1, state: 'pending', openedAt: null })]
    const lenient = { ...policy, waves: [{ ...lax, selector: 'site=lab' }, rest] }
    const decision = lookAt([waiting('a', commonPool)], { waves, policy: lenient })
    expect(decision).toMatchObject({ targets: [], waves: [], because: { code: 'wave.nobody_matches' } })
    expect(decision.because.message).toContain('site=lab')
  })

  it('loses a place to a device that is removed only when nobody else is left that matches', () => {
    const gone = { device: aDevice({ removed: true }) }
    const open = [aWave({ size: 1 }), aWave({ index: 1, rule: 1, size: 2, state: 'pending', openedAt: null })]
    const away = { device: aDevice(offline) }
    const placeOf = (targets: TargetView[]) =>
      lookAt(targets, { waves: open }).targets.find(({ to }) => to === 'skipped')?.wave
    expect(placeOf([waiting('a', 0, gone), waiting('b', 0, away), waiting('c', commonPool, away)])).toBe(1)
    expect(placeOf([waiting('a', 0, gone), waiting('b', commonPool, away), waiting('c', commonPool, away)])).toBe(0)
  })
})
