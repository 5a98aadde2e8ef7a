import { describe, expect, test } from 'vitest'
import { windowAt, type CronWindow } from '@bootfleet/domain'
import { aDevice, aGroup, aReport, aTarget, aWave, moves, now, offline, policy, away, given, look } from './look.ts'

const day = 86_400_000
const hour = 3_600_000
const closed = { code: 'window.closed', message: 'It is outside the maintenance windows.' }
const shut = { groups: { 'group-1': aGroup({ closed, reopensAt: now + hour }) } }

/** Starts of a window that opens at an hour UTC on days that the test chooses. */
function starts(from: number, days: number, opensOn: (date: Date) => boolean, atHour: number): number[] {
  const midnights = Array.from({ length: days }, (_none, index) => from + index * day)
  return midnights.filter((midnight) => opensOn(new Date(midnight))).map((midnight) => midnight + atHour * hour)
}

describe('maintenance windows', () => {
  const from = Date.parse('2026-03-01T00:00:00Z')

  // One interval is computed when the policy arrives: after a Tuesday, the windows of Wednesdays never open.
  test.each([
    ['mondays and wednesdays', '0 4 * * 1,3', 4, (date: Date) => [1, 3].includes(date.getUTCDay())],
    ['weekdays', '0 4 * * 1-5', 4, (date: Date) => ![0, 6].includes(date.getUTCDay())],
    ['the 1st and the 15th', '0 2 1,15 * *', 2, (date: Date) => [1, 15].includes(date.getUTCDate())],
  ] as const)(
    'windows with irregular gaps open each time, whenever they are asked (%s)',
    (_name, cron, at, opensOn) => {
      const window: CronWindow = { cron, durationMin: 60, timezone: 'UTC' }
      const expected = starts(from, 62, opensOn, at)
      const opened: number[] = []
      for (let time = from + hour / 2; time < from + 62 * day; time += 2 * hour) {
        const { open, until, reopensAt } = windowAt([window], [], time)
        if (open) opened.push(time - hour / 2)
        const next = expected.find((start) => start > time)
        if (open) expect(until).toBe(time + hour / 2)
        else if (next !== undefined) expect(reopensAt).toBe(next)
      }
      expect(opened).toEqual(expected)
    },
  )

  // Hours are added to midnight, or all is computed in UTC: when the clocks change, the window of the night opens an hour
  // off, twice, or not at all.
  test.each([
    ['skip an hour', '2026-03-28T00:00:00Z', ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']],
    ['repeat an hour', '2026-10-24T00:00:00Z', ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']],
  ])('a window opens once in the night in which the clocks %s', (_name, first, expected) => {
    const window: CronWindow = { cron: '30 2 * * *', durationMin: 60, timezone: 'Europe/Berlin' }
    const opened: string[] = []
    let wasOpen = false
    for (let time = Date.parse(first); time < Date.parse(first) + 3 * day; time += hour / 12) {
      const { open } = windowAt([window], [], time)
      if (open && !wasOpen) opened.push(new Date(time).toISOString().slice(0, 16))
      wasOpen = open
    }
    expect(opened).toEqual(expected)
  })

  // Readiness is decided once: what was ready in the window is applied after it, when the download took long.
  test('a device that was ready in the window is not let down after it', () => {
    expect(given(look([aTarget('staged')], shut))).toEqual([])
    const unused = aTarget('granted', { device: aDevice({ report: aReport({ grantId: 'grant-1' }) }) })
    expect(moves(look([unused], shut))).toMatchObject([{ to: 'granted', recalled: true, instruct: { kind: 'stage' } }])
  })

  // The window bounds the start alone: nobody is told when it ends.
  test('a grant says when its window closes', () => {
    const open = { groups: { 'group-1': aGroup({ windowUntil: now + hour }) } }
    expect(moves(look([aTarget('staged')], open))[0]?.instruct).toMatchObject({
      kind: 'apply',
      windowUntil: now + hour,
    })
  })

  // Timeouts run from the moment at which the update was made, so a closed window is a failure of the device.
  test('a device that waits for its window for a month has not failed', () => {
    const waits = aTarget('staged', { stateSince: now - 30 * day })
    const decision = look([waits], shut)
    expect(moves(decision)).toEqual([])
    expect(decision.because).toEqual(closed)
  })
})

describe('devices that are away', () => {
  // A device that is switched off is a failure, and a site without power stops the fleet.
  test('a device that is offline before its grant has not failed, however long', () => {
    for (const state of ['pending', 'offered', 'downloading'] as const) {
      const device = aDevice({ ...offline, lastSeenAt: now - 300 * day })
      const gone = aTarget(state, { stateSince: now - 300 * day, device })
      expect(moves(look([gone]))).toMatchObject([{ from: state, to: 'pending', wave: null }])
      expect(moves(look([gone], { policy: { ...policy, unreachable: 'wait' } }))).toEqual([])
    }
  })

  // The time of a download runs while the device has no connection.
  test('a download takes the time that the device was connected', () => {
    const began = { stateSince: now - 10 * day }
    const report = aReport({ phase: 'downloading' })
    const back = aTarget('downloading', { ...began, device: aDevice({ connectedAt: now - 60_000, report }) })
    expect(moves(look([back]))).toEqual([])
    const slow = aTarget('downloading', { ...began, device: aDevice({ connectedAt: now - 600_000, report }) })
    expect(moves(look([slow]))).toMatchObject([{ to: 'timed_out', reason: 'download' }])
  })

  // Nobody is given up before the rollout ends, or everybody is although their window was closed all the time.
  test('time in which the window was closed does not count towards giving a device up', () => {
    const waves = [aWave({ openedAt: now - hour })]
    const closedMs = hour / 2
    const half = { waves, groups: { 'group-1': aGroup({ closedMs }) } }
    expect(moves(look([away()], half))).toEqual([])
    expect(moves(look([away()], half, now + closedMs))).toMatchObject([{ to: 'skipped', reason: 'unreachable' }])
  })
})
