import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { maxChanges } from './turn.ts'
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
  policy,
} from './view.testing.ts'
import type { RolloutView, TargetView } from './view.ts'

const look = (targets: readonly TargetView[], over: Partial<RolloutView> = {}) => decide(aView(targets, over), now)
const staged = (over: Partial<TargetView> = {}) => aTarget('staged', over)
const many = (count: number, make: (over: Partial<TargetView>) => TargetView) =>
  Array.from({ length: count }, (_none, index) => make({ deviceId: `device-${index + 1}` }))
const waiting = (over: Partial<TargetView> = {}) => aTarget('pending', { wave: null, dueAt: null, ...over })
const away = (over: Partial<TargetView> = {}) => waiting({ device: aDevice({ ...offline, lastSeenAt: null }), ...over })

describe('the waves of a running rollout', () => {
  const twoWaves = [aWave({ size: 1 }), aWave({ index: 1, rule: 1, size: 2, state: 'pending', openedAt: null })]

  it('open the first one first, and give out in the next turn', () => {
    const decision = look(many(3, waiting), { waves: twoWaves.map((wave) => ({ ...wave, state: 'pending' })) })
    expect(decision.waves).toMatchObject([{ index: 0, state: 'open' }])
    expect([moves(decision), decision.wakeAt]).toEqual([[], now])
  })

  it('take the first connected devices in their order, until they are full', () => {
    const targets = [away({ deviceId: 'away' }), waiting({ deviceId: 'one' }), waiting({ deviceId: 'two' })]
    const taken = moves(look(targets, { waves: twoWaves })).map(({ deviceId, to, wave }) => [deviceId, to, wave])
    expect(taken).toEqual([
      ['one', 'pending', 0],
      ['one', 'offered', undefined],
    ])
  })

  it('wait, with the reason, for places that nobody connected can take', () => {
    const decision = look([away()], { waves: twoWaves })
    expect(decision).toMatchObject({
      targets: [],
      waves: [],
      because: { code: 'wave.waiting_for_devices', missing: 1 },
    })
  })

  it('do not pass with a place that nobody took', () => {
    const done = aTarget('succeeded', { grant: null, dueAt: null })
    const decision = look([done, away({ deviceId: 'away' })], { waves: [aWave({ size: 2 })] })
    expect([decision.waves, decision.rollout]).toEqual([[], undefined])
  })

  it('do not pass early where a part of them is enough', () => {
    const half = { ...canary, gate: { minConcluded: 1, minSuccessPercent: 50 } }
    const done = aTarget('succeeded', { grant: null, dueAt: null })
    const over = { waves: [aWave({ size: 2 })], policy: { ...policy, waves: [half] } }
    expect(look([done, away({ deviceId: 'away' })], over).waves).toEqual([])
    expect(look([done, aTarget('failed', { deviceId: 'bad' })], over).waves).toMatchObject([{ state: 'passed' }])
  })

  it('pass, and open the next one in the same turn', () => {
    const decision = look([aTarget('succeeded', { grant: null, dueAt: null })], { waves: twoWaves, unassigned: 2 })
    expect(decision.waves.map(({ index, state }) => [index, state])).toEqual([
      [0, 'passed'],
      [1, 'open'],
    ])
    expect(decision.waves[0]?.evaluations).toHaveLength(2)
  })

  it('complete the rollout after the last one', () => {
    const decision = look([aTarget('succeeded', { grant: null, dueAt: null })])
    expect(decision).toMatchObject({ rollout: { to: 'completed' }, because: { code: 'rollout.completed' } })
  })

  it.each([
    ['pause', 'pausing'],
    ['abort', 'aborting'],
  ] as const)('%s it when one trips', (onTrip, to) => {
    const decision = look([aTarget('failed', { dueAt: null }), staged({ deviceId: 'next', dueAt: null })], {
      policy: { ...policy, onTrip },
    })
    expect(decision).toMatchObject({ rollout: { to }, waves: [{ index: 0, state: 'tripped' }], targets: [] })
  })

  it('trip after they passed, when a device regresses', () => {
    const back = aTarget('succeeded', { grant: null, device: aDevice({ report: aReport({ bootKey: 'boot-3' }) }) })
    const waves = [aWave({ state: 'passed' }), aWave({ index: 1, rule: 1, size: 2, counts: { staged: 2 } })]
    const decision = look([back], { waves: [{ ...waves[0]!, counts: { succeeded: 1 } }, waves[1]!] })
    expect(decision).toMatchObject({ rollout: { to: 'pausing' }, because: { code: 'gate.too_many_failures', wave: 0 } })
  })

  it('hold when all of one were skipped', () => {
    const decision = look([aTarget('skipped', { dueAt: null })], { waves: twoWaves, unassigned: 2 })
    expect(decision).toMatchObject({ waves: [], because: { code: 'wave.nobody_left' } })
  })

  it('ask a tripped one again when the rollout runs again, before the next one opens', () => {
    const waves = [aWave({ state: 'tripped' }), aWave({ index: 1, rule: 1, size: 2, state: 'pending' })]
    const failed = aTarget('failed', { dueAt: null })
    expect(look([failed], { waves, unassigned: 2 }).rollout).toMatchObject({ to: 'pausing' })
    const retried = look([aTarget('pending')], { waves, unassigned: 2 })
    expect([retried.waves, retried.rollout, moves(retried)[0]?.to]).toEqual([[], undefined, 'offered'])
  })

  it('do not complete it while a promoted one has devices under way', () => {
    const waves = [aWave({ state: 'passed', size: 2 }), aWave({ index: 1, rule: 1, size: 1 })]
    const done = aTarget('succeeded', { wave: 1, grant: null, dueAt: null })
    const decision = look([done, aTarget('pending', { deviceId: 'slow' }), waiting({ deviceId: 'late' })], { waves })
    expect(decision.rollout).toBeUndefined()
    expect(moves(decision).map(({ deviceId, to }) => [deviceId, to])).toEqual([
      ['late', 'pending'],
      ['slow', 'offered'],
      ['late', 'offered'],
    ])
  })

  it('prove nothing when there are none', () => {
    expect(look([], { waves: [] })).toMatchObject({ because: { code: 'rollout.no_targets' }, wakeAt: null })
  })

  it('give up, long after the last one opened, what never came', () => {
    const waves = [aWave({ size: 2, openedAt: now - 3_600_000 })]
    const lost = aTarget('staged', {
      deviceId: 'lost',
      device: aDevice({ ...offline, report: null, lastSeenAt: now - 90_000 }),
    })
    const given = moves(look([away(), lost], { waves }))
    expect(given).toMatchObject([
      { deviceId: 'device-1', to: 'skipped', wave: 0, reason: 'unreachable' },
      { deviceId: 'lost', to: 'skipped', reason: 'unreachable', instruct: { kind: 'none' } },
    ])
    expect(look([away(), lost], { waves: [{ ...waves[0]!, openedAt: now - 3_599_000 }] }).wakeAt).toBe(now + 1000)
  })

  it('do not give up who was there a moment ago', () => {
    const waves = [aWave({ size: 1, openedAt: now - 3_600_000 })]
    const justLeft = away({ device: aDevice({ ...offline, lastSeenAt: now - 89_000 }) })
    expect(look([justLeft], { waves })).toMatchObject({ targets: [], wakeAt: now + 1000 })
  })

  it('keep no place for a device that was removed before a wave took it', () => {
    const removed = moves(look([away({ device: aDevice({ ...offline, removed: true }) })], { waves: twoWaves }))
    expect(removed).toMatchObject([{ to: 'skipped', wave: 1, reason: 'removed' }])
  })
})

describe('the budgets of a group', () => {
  const groups = (over: Parameters<typeof aGroup>[0]) => ({ groups: { 'group-1': aGroup(over) } })

  it('limit downloads', () => {
    const decision = look(
      many(3, (over) => aTarget('pending', over)),
      groups({ maxDownloading: 3, downloading: 1 }),
    )
    expect(moves(decision).map(({ to }) => to)).toEqual(['offered', 'offered'])
  })

  it('limit grants, in the order of the rollout, and say so', () => {
    const decision = look(many(3, staged), groups({ slots: 3, slotsTaken: 1 }))
    expect(moves(decision).map(({ deviceId }) => deviceId)).toEqual(['device-1', 'device-2'])
    expect(decision.because).toMatchObject({ code: 'budget.full', slots: 3, taken: 3 })
    expect(moves(decision)[0]).toMatchObject({
      slot: 'take',
      grant: { id: 'fresh-1', conn: 'conn-1', bootKey: 'boot-1' },
      instruct: { kind: 'apply', grantId: 'fresh-1', conn: 'conn-1', windowUntil: null },
      dueAt: now + 300_000,
    })
  })

  it('grant nothing while the group is closed, and look again when it opens', () => {
    const closed = { code: 'window.closed', message: 'It is closed.' }
    const decision = look([staged({ dueAt: null })], groups({ closed, reopensAt: now + 50 }))
    expect(decision).toMatchObject({ targets: [], because: closed, wakeAt: now + 50 })
  })

  it('pass the end of the window on with the grant', () => {
    expect(moves(look([staged()], groups({ windowUntil: now + 5000 })))[0]?.instruct).toMatchObject({
      windowUntil: now + 5000,
    })
  })

  it('grant nothing to a device that is offline, has not reported, or holds the slot of an earlier attempt', () => {
    const unlockable = aTarget('offered', { device: aDevice({ canLock: false, report: null }) })
    for (const target of [staged({ device: aDevice(offline) }), unlockable, staged({ holdsSlot: true })])
      expect(moves(look([target], { grantIds: ['fresh-1'] })).filter(({ to }) => to === 'granted')).toEqual([])
  })

  it('are exceeded only by a device that applied without a grant', () => {
    const report = aReport({ bootedDigest: image, bootKey: 'boot-2', health: 'checking' })
    const decision = look([staged({ device: aDevice({ report }) })], groups({ slots: 1, slotsTaken: 1 }))
    expect(moves(decision)).toMatchObject([{ to: 'verifying', slot: 'take', event: 'applied_without_grant' }])
  })

  it('keep the slot of a device that timed out, and free that of one that was removed', () => {
    const dead = aTarget('rebooting', {
      grant: { ...aTarget('granted').grant!, at: now - 300_000 },
      device: aDevice({ ...offline, report: null }),
    })
    expect(moves(look([dead]))).toMatchObject([{ to: 'timed_out', reason: 'apply' }])
    expect(moves(look([dead]))[0]).not.toHaveProperty('slot')
    const removed = aTarget('timed_out', { reason: 'apply', device: aDevice({ ...offline, removed: true }) })
    expect(moves(look([removed]))).toMatchObject([{ to: 'timed_out', reason: 'apply', slot: 'free' }])
  })
})

describe('a rollout that winds down', () => {
  it('recalls a grant once, and waits for the device to give it back', () => {
    const held = aTarget('granted', { device: aDevice({ report: aReport({ grantId: 'grant-1' }) }) })
    const decision = look([held], { state: 'pausing' })
    expect(moves(decision)).toMatchObject([{ to: 'granted', recalled: true, instruct: { kind: 'stage' } }])
    expect(decision).toMatchObject({ because: { code: 'rollout.draining', left: 1 } })
    expect(decision.rollout).toBeUndefined()
    expect(moves(look([{ ...held, recalled: true }], { state: 'pausing' }))).toEqual([])
  })

  it('is paused when the recalled grants are back, or timed out', () => {
    const back = aTarget('granted', { recalled: true, dueAt: now })
    expect(look([back], { state: 'pausing' })).toMatchObject({
      targets: [{ to: 'staged', slot: 'free', grant: null, recalled: false }, { to: 'downloading' }],
      rollout: { to: 'paused' },
    })
    const gone = {
      ...back,
      grant: { ...back.grant!, at: now - 300_000 },
      device: aDevice({ ...offline, report: null }),
    }
    expect(look([gone], { state: 'pausing' })).toMatchObject({
      targets: [{ to: 'timed_out', reason: 'apply' }],
      rollout: { to: 'paused' },
    })
  })

  it('offers and grants nothing when it does not run', () => {
    const targets = [aTarget('pending'), staged({ deviceId: 'staged' }), waiting({ deviceId: 'waiting' })]
    for (const state of ['pausing', 'paused', 'aborted'] as const) expect(moves(look(targets, { state }))).toEqual([])
  })

  it('lets everybody go that was not granted when it is aborted, and follows the others', () => {
    const targets = [
      waiting({ deviceId: 'waiting' }),
      aTarget('pending', { deviceId: 'pending' }),
      staged({ deviceId: 'staged' }),
      aTarget('rebooting', { deviceId: 'rebooting', device: aDevice({ report: aReport({ phase: 'rebooting' }) }) }),
    ]
    const decision = look(targets, { state: 'aborting' })
    expect(moves(decision)).toMatchObject([
      { deviceId: 'waiting', to: 'skipped', reason: 'aborted' },
      { deviceId: 'pending', to: 'skipped', reason: 'aborted' },
      { deviceId: 'staged', to: 'reverted', instruct: { kind: 'none' } },
    ])
    expect(decision).toMatchObject({ because: { code: 'rollout.aborting', left: 1 } })
    expect(look([aTarget('skipped', { dueAt: null })], { state: 'aborting' }).rollout).toMatchObject({ to: 'aborted' })
  })
})

describe('a turn', () => {
  it('makes a thousand changes at most, and asks for another', () => {
    const targets = many(maxChanges + 5, (over) => aTarget('pending', over))
    const decision = look(targets, { groups: { 'group-1': aGroup({ maxDownloading: 5000 }) } })
    expect([decision.targets.length, decision.wakeAt]).toEqual([maxChanges, now])
    const unchanged = look(
      many(maxChanges + 5, (over) => aTarget('succeeded', { ...over, grant: null, device: aDevice({ report: null }) })),
      { state: 'completed' },
    )
    expect([unchanged.targets.length, unchanged.wakeAt]).toEqual([maxChanges, now])
  })

  it('asks for another when more is due than it was shown', () => {
    expect(look([], { more: true }).wakeAt).toBe(now)
  })

  it('puts off what was due and did not change, without an event', () => {
    const decision = look([aTarget('offered')], {})
    expect(decision.targets).toMatchObject([{ from: 'offered', to: 'offered', dueAt: now + 90_000 }])
    expect(decision.targets[0]).not.toHaveProperty('event')
    expect(decision.wakeAt).toBe(now + 90_000)
  })

  it('sleeps when only a report can change anything', () => {
    expect(look([], { state: 'paused' }).wakeAt).toBeNull()
    expect(look([aTarget('failed', { dueAt: null })], { state: 'paused' }).wakeAt).toBeNull()
  })
})
