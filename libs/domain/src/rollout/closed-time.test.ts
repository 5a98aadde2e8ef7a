import { describe, expect, it } from 'vitest'
import { closedBetween } from '../window/closed-between.ts'
import { decide } from './decide.ts'
import {
  aDevice,
  aGroup,
  aReport,
  aTarget,
  aView,
  aWave,
  changesOf,
  moves,
  now,
  offline,
  policy,
} from './view.testing.ts'
import type { GroupView, TargetView, WaveView } from './view.ts'

const closed = { code: 'window.closed', message: 'The window is closed.' }
const hourMs = 3_600_000

describe('an unused grant', () => {
  const device = aDevice({ report: aReport({ grantId: 'grant-1', observedGen: 6 }) })
  const granted = aTarget('granted', { dueAt: null, device })

  it('is taken back when the window that it was given in was cut short', () => {
    const [change] = changesOf(granted, { groups: { 'group-1': aGroup({ slotsTaken: 1, closed }) } })
    expect(change).toMatchObject({ to: 'granted', recalled: true, event: 'target.grant_recalled' })
    expect(change?.because.message).toContain('The window is closed.')
    expect(change).not.toHaveProperty('slot')
  })

  it('is taken back once, and not while the window is open', () => {
    const recalled = aTarget('granted', { recalled: true, dueAt: null, device })
    expect(changesOf(recalled, { groups: { 'group-1': aGroup({ slotsTaken: 1, closed }) } })).toEqual([])
    expect(changesOf(granted)).toEqual([])
  })

  it('has the rollout looked at when its window closes', () => {
    const windowUntil = now + 20_000
    const groups = { 'group-1': aGroup({ slotsTaken: 1, windowUntil }) }
    expect(decide(aView([granted], { groups }), now).wakeAt).toBe(windowUntil)
  })
})

describe('a device that never came', () => {
  const lost = aTarget('pending', { wave: null, dueAt: null, device: aDevice(offline) })
  const away: TargetView = { ...lost, device: { ...lost.device, lastSeenAt: now - 9 * hourMs } }
  const look = (wave: Partial<WaveView>, group: Partial<GroupView> = {}) => {
    // The last wave has been open for longer than it waits for anybody.
    const waves = [aWave({ openedAt: now - policy.timeouts.giveUpAfterSec * 1000 - 1000, ...wave })]
    const decision = decide(aView([away], { waves, groups: { 'group-1': aGroup(group) } }), now)
    return { to: moves(decision).map(({ to }) => to), wakeAt: decision.wakeAt }
  }

  it('is given up once the last wave has waited long enough', () => {
    expect(look({}).to).toEqual(['skipped'])
  })

  it('is not given up for time in which the rollout was paused', () => {
    expect(look({ pausedMs: 60_000 })).toEqual({ to: [], wakeAt: now + 59_000 })
    expect(look({ pausedMs: 1000 }).to).toEqual(['skipped'])
  })

  it('is not given up for time in which the window was closed, nor while it is', () => {
    expect(look({}, { closedMs: 60_000 })).toEqual({ to: [], wakeAt: now + 59_000 })
    expect(look({}, { closedMs: 1000 }).to).toEqual(['skipped'])
    expect(look({}, { closed, reopensAt: now + hourMs })).toEqual({ to: [], wakeAt: now + hourMs })
  })
})

describe('closed time', () => {
  const at = (iso: string) => Date.parse(iso)
  const windows = [{ cron: '0 2 * * *', durationMin: 60, timezone: 'UTC' }]
  it.each([
    ['nothing of an open hour', '2026-03-04T02:00Z', '2026-03-04T03:00Z', 0],
    ['the rest of a day', '2026-03-04T00:00Z', '2026-03-05T00:00Z', 23],
    ['what is before and after', '2026-03-04T01:00Z', '2026-03-04T02:30Z', 1],
    ['a week', '2026-03-04T00:00Z', '2026-03-11T00:00Z', 7 * 23],
    ['nothing of no time', '2026-03-04T00:00Z', '2026-03-04T00:00Z', 0],
  ])('is %s', (_name, from, to, hours) => {
    expect(closedBetween({ windows, blackouts: [] }, at(from), at(to))).toBe(hours * hourMs)
  })

  it('is nothing without windows, and a blackout with or without', () => {
    const [from, to] = [at('2026-03-04T00:00Z'), at('2026-03-05T00:00Z')]
    const blackout = { from, to: from + 2.5 * hourMs, reason: 'fair' }
    expect(closedBetween({ windows: [], blackouts: [] }, from, to)).toBe(0)
    expect(closedBetween({ windows: [], blackouts: [blackout] }, from, to)).toBe(2.5 * hourMs)
    expect(closedBetween({ windows, blackouts: [blackout] }, from, to)).toBe(23.5 * hourMs)
  })
})
