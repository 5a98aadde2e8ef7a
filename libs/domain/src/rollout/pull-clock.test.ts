import { describe, expect, it } from 'vitest'
import { aDevice, aGroup, aReport, aTarget, changesOf, now, offline, policy } from './view.testing.ts'
import type { DeviceView } from './view.ts'

const downloadMs = policy.timeouts.downloadSec * 1000
const busy = aReport({ phase: 'downloading' })

/** A device that has been pulling for so long, on its present connection since a second ago. */
function flapping(pulledMs: number, device: Partial<DeviceView> = {}) {
  const view = aDevice({ connectedMs: 50_000 + pulledMs - 1000, connectedAt: now - 1000, report: busy, ...device })
  return aTarget('downloading', { pullFrom: 50_000, stateSince: now - 1000, device: view })
}

describe('the clock of a download', () => {
  it('is not begun again by a device that comes and goes', () => {
    expect(changesOf(flapping(downloadMs - 1))).toEqual([])
    expect(changesOf(flapping(downloadMs))).toMatchObject([{ to: 'timed_out', reason: 'download' }])
  })

  it('stands still while the device is away', () => {
    const away = { ...offline, connectedAt: now - 86_400_000, lastSeenAt: now - 1000 }
    expect(changesOf(flapping(downloadMs, away))).toEqual([])
  })

  it('goes on when the device says that it has begun, and starts with the offer', () => {
    const offered = { ...flapping(downloadMs - 5000), state: 'offered' as const }
    const [change] = changesOf(offered)
    expect(change).toMatchObject({ to: 'downloading', dueAt: now + 5000 })
    const fresh = aTarget('pending', { device: aDevice({ connectedMs: 7_000_000, connectedAt: now - 1000 }) })
    expect(changesOf(fresh)).toMatchObject([{ to: 'offered', dueAt: now + policy.timeouts.unreachableAfterSec * 1000 }])
  })
})

describe('a device whose silence is a failure', () => {
  const hourMs = 3_600_000
  const open = { cron: '0 2 * * *', durationMin: 60, timezone: 'UTC' }
  const strict = {
    ...policy,
    unreachable: 'fail',
    timeouts: { ...policy.timeouts, unreachableAfterSec: 1800 },
  } as const
  const silentAt = now - hourMs
  const lost = aTarget('offered', { stateSince: 0, device: aDevice({ ...offline, lastSeenAt: silentAt }) })
  const daily = (from: number) => {
    const minute = Math.floor(from / 60_000)
    return { ...open, cron: `${minute % 60} ${Math.floor(minute / 60) % 24} * * *` }
  }
  const look = (windows: (typeof open)[]) =>
    changesOf(lost, { policy: strict, groups: { 'group-1': aGroup({ calendar: { windows, blackouts: [] } }) } })

  it('fails after that time', () => {
    expect(look([])).toMatchObject([{ to: 'failed', reason: 'unreachable' }])
    expect(changesOf(lost, { policy: strict })).toMatchObject([{ to: 'failed', because: { offlineSec: 3600 } }])
  })

  it('does not fail for time in which its windows were closed', () => {
    // Closed until twenty minutes ago, or ever since.
    expect(look([daily(now - 20 * 60_000)])).toEqual([])
    expect(look([daily(now + 2 * hourMs)])).toEqual([])
    // Open for the first forty minutes of its silence.
    expect(look([daily(silentAt - 20 * 60_000)])).toMatchObject([{ to: 'failed', reason: 'unreachable' }])
  })
})
