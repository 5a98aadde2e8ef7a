import { describe, expect, test } from 'vitest'
import { findRoute, planWaves, type ReleaseNode, type WaveRule } from '@bootfleet/domain'
import {
  aDevice,
  aReport,
  aTarget,
  aWave,
  canary,
  image,
  moves,
  now,
  offline,
  rest,
  away,
  ended,
  given,
  look,
  many,
  waiting,
} from './look.ts'

const sizes = (rules: readonly WaveRule[], eligible: number) => planWaves(rules, eligible).map(({ size }) => size)
const percent = (value: number): WaveRule => ({ ...canary, size: { percent: value } })

const planned = [1, 2, 4].map((size, index) =>
  aWave({ index, rule: Math.min(index, 1), size, state: 'pending', openedAt: null }),
)
const opened = (over: Partial<(typeof planned)[number]> = {}) => [
  { ...planned[0]!, state: 'open' as const, openedAt: now - 60_000, ...over },
  ...planned.slice(1),
]

describe('the size of waves', () => {
  // A share of few devices is rounded to nobody, and the batch of nobody passes: 1 % of 49, 10 % of 4.
  test('a canary of 1 % of 20 devices has a device', () => {
    expect(sizes([percent(1), rest], 20)).toEqual([1, 19])
    for (let share = 1; share <= 100; share++)
      for (let eligible = 1; eligible <= 120; eligible++)
        expect(sizes([percent(share), rest], eligible)[0]).toBe(Math.max(1, Math.ceil((share * eligible) / 100)))
  })

  // Batches are rounded on their own, and devices are in two of them or in none.
  test('each device is in exactly one wave, and no wave is empty', () => {
    const rules = [percent(1), percent(3), percent(33), { ...canary, size: { count: 2 } }, percent(66), rest]
    for (let eligible = 1; eligible <= 500; eligible++) {
      const cut = sizes(rules, eligible)
      expect([Math.min(...cut) > 0, cut.reduce((sum, size) => sum + size, 0)]).toEqual([true, eligible])
    }
  })
})

describe('the opening of waves', () => {
  // One look goes from the first batch to the last, over batches in which nothing was proven.
  test('a look opens one wave, however many are planned', () => {
    expect(look(many(7, waiting), { waves: planned }).waves).toMatchObject([{ index: 0, state: 'open' }])
  })

  // The canaries are switched off, nobody is selected, and the batch of nobody passes.
  test('a wave that nobody can fill never passes', () => {
    for (const at of [now, now + 60_000, now + 30 * 86_400_000]) {
      const decision = look(many(7, away), { waves: opened() }, at)
      expect([decision.waves, decision.rollout, given(decision)]).toEqual([[], undefined, []])
      expect(decision.because.code).toBe('wave.waiting_for_devices')
    }
  })

  // A selection that matches nobody is complete as soon as it is made, and counts as rolled out.
  test('a rollout without a target does not complete', () => {
    const decision = look([], { waves: [] })
    expect([decision.rollout, decision.because.code]).toEqual([undefined, 'rollout.no_targets'])
  })

  // A canary that goes away holds its place, and the rollout waits for it for as long as it is away.
  test('a canary that stays away before its reboot gives its place to another device', () => {
    const gone = aTarget('pending', {
      deviceId: 'gone',
      device: aDevice({ ...offline, lastSeenAt: now - 90_000 }),
      stateSince: now - 90_000,
    })
    const decision = look([gone, waiting({ deviceId: 'next' })], { waves: opened() })
    expect(moves(decision).map(({ deviceId, wave, to }) => [deviceId, wave, to])).toEqual([
      ['gone', null, 'pending'],
      ['next', 0, 'pending'],
      ['next', undefined, 'offered'],
    ])
  })

  // Limits are applied when a rollout is made: who joins it later gets the image at once.
  test('a device that joins is given nothing while the waves that are open are full', () => {
    const onImage = aDevice({ report: aReport({ bootedDigest: image, bootKey: 'boot-2' }) })
    const first = aTarget('soaking', { deviceId: 'first', dueAt: null, device: onImage })
    const decision = look([first, ...many(20, waiting)], { waves: opened() })
    expect([decision.rollout, given(decision)]).toEqual([undefined, []])
  })

  // One device that is switched off keeps a rollout open for ever, or for its longest timeout.
  test('devices that never came do not keep a rollout from its end', () => {
    const late = now - 3_600_000
    const last = [aWave({ size: 2, openedAt: late })]
    const first = look([ended('succeeded'), away({ deviceId: 'away' })], { waves: last })
    expect(moves(first)).toMatchObject([{ deviceId: 'away', to: 'skipped', reason: 'unreachable' }])
    const after = [ended('succeeded'), ended('skipped', { deviceId: 'away' })]
    expect(look(after, { waves: last }).rollout?.to).toBe('completed')
  })
})

describe('releases that must not be left out', () => {
  const release = (id: string, barrier = false): ReleaseNode => {
    return { id, name: id, digests: [`sha256:${id}`], barrier, deadEnd: null, minimumFrom: null }
  }
  const releases = [release('1'), release('2', true), release('3'), release('4', true), release('5')]

  // The newest release finishes first and the ones in between are left out, with the key that the next one is signed by.
  test('a device that was away for long goes through every barrier on its way', () => {
    const route = findRoute(releases, { running: 'sha256:1', target: '5' })
    expect('hops' in route && route.hops.map(({ id }) => id)).toEqual(['2', '4', '5'])
  })
})
