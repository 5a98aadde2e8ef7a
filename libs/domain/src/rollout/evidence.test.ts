import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import { aDevice, aGroup, aReport, aTarget, aView, changesOf, image, now, offline, policy } from './view.testing.ts'
import type { DeviceView, ReportView, TargetView } from './view.ts'

const withReport = (report: Partial<ReportView>, device: Partial<DeviceView> = {}) =>
  aDevice({ report: aReport(report), ...device })
const reconnected = { conn: 'conn-2', connectedAt: now - 2000 }
const booted = { bootedDigest: image, bootKey: 'boot-2' }

describe('a grant', () => {
  const grant = { id: 'grant-1', conn: 'conn-1', at: now - 200_000, bootKey: 'boot-1' }
  const granted = (device: DeviceView, over: Partial<TargetView> = {}) => aTarget('granted', { grant, device, ...over })

  it('is given again, under its id and with its clock, on the connection that the device came back on', () => {
    const target = granted(withReport({ receivedAt: now - 1000 }, reconnected))
    expect(changesOf(target)).toMatchObject([
      {
        to: 'granted',
        event: 'target.grant_renewed',
        grant: { id: 'grant-1', conn: 'conn-2', bootKey: 'boot-1' },
        instruct: { grantId: 'grant-1', conn: 'conn-2' },
        dueAt: grant.at + policy.timeouts.applySec * 1000,
      },
    ])
  })

  it('is not given again on the word of the connection before', () => {
    expect(changesOf(granted(withReport({ receivedAt: now - 3000 }, reconnected)))).toEqual([])
  })

  it('is no boot yet: a device that claims the image on the boot of its grant is not believed', () => {
    const liar = withReport({ bootedDigest: image, bootKey: 'boot-1' })
    for (const state of ['granted', 'rebooting'] as const) {
      const [change] = changesOf(aTarget(state, { grant, device: liar }))
      expect(change).toMatchObject({ to: 'failed', reason: 'unproven_boot' })
    }
    const late = aTarget('timed_out', { reason: 'apply', grant, device: liar })
    expect(changesOf(late).filter(({ to }) => to === 'verifying')).toEqual([])
  })

  it('is recalled instead, when the group was closed meanwhile', () => {
    const closed = { code: 'group.frozen', message: 'Frozen.' }
    const target = granted(withReport({}, reconnected))
    const [change] = changesOf(target, { groups: { 'group-1': aGroup({ closed }) } })
    expect(change).toMatchObject({ to: 'granted', recalled: true, because: { code: 'target.grant_recalled' } })
  })

  it('is back when the device read it, sits on its connection and does not hold it, whether or not it said so', () => {
    expect(changesOf(granted(withReport({ grantId: null })))[0]).toMatchObject({
      to: 'staged',
      slot: 'free',
      grant: null,
    })
  })

  it('is not back before the device has read it, nor while it holds it', () => {
    expect(changesOf(granted(withReport({ grantId: null, observedGen: 6 })))).toEqual([])
    expect(changesOf(granted(withReport({ grantId: 'grant-1' })))).toEqual([])
  })

  it('that was recalled is back only when the device has read that', () => {
    const recalled = (report: Partial<ReportView>) => granted(withReport(report, reconnected), { recalled: true })
    const full = { groups: { 'group-1': aGroup({ slots: 0 }) } }
    expect(changesOf(recalled({ observedGen: 6 }), full)).toEqual([])
    expect(changesOf(recalled({ grantId: 'grant-1' }), full)).toEqual([])
    expect(changesOf(recalled({}), full)[0]).toMatchObject({ to: 'staged', recalled: false })
  })

  it('leaves time to download to a host that could not do so before', () => {
    const late = { ...grant, at: now - 600_000 }
    const device = aDevice({ ...offline, canLock: false })
    expect(changesOf(granted(device, { grant: late }))).toEqual([])
    expect(changesOf(granted(device, { grant: { ...late, at: now - 900_000 } }))[0]).toMatchObject({ to: 'timed_out' })
  })
})

describe('a boot', () => {
  it('into another image without a verdict of the agent is no failure, until it happens too often', () => {
    const lost = (attempts: number) => aTarget('granted', { attempts, device: withReport({ bootKey: 'boot-2' }) })
    expect(changesOf(lost(0))[0]).toMatchObject({
      to: 'downloading',
      attempts: 1,
      grant: null,
      instruct: { kind: 'stage' },
    })
    expect(changesOf(lost(0))[0]).not.toHaveProperty('slot')
    expect(changesOf(lost(3))[0]).toMatchObject({ to: 'failed', reason: 'not_applied' })
  })

  it('that the agent’s verdict on another image is about counts by what was booted', () => {
    const attempt = { target: 'sha256:other', outcome: 'rolled_back', detail: null }
    expect(changesOf(aTarget('rebooting', { device: withReport({ bootKey: 'boot-2', attempt }) }))[0]).toMatchObject({
      to: 'downloading',
    })
  })

  it('is not judged while bootc does not answer', () => {
    const mute = { bootKey: 'boot-2', bootedDigest: null }
    for (const state of ['rebooting', 'verifying', 'soaking', 'succeeded'] as const)
      expect(changesOf(aTarget(state, { device: withReport(mute) }))).toEqual([])
  })

  it('names the checks and tells a failed health check from a failed boot', () => {
    const attempt = { target: image, outcome: 'rolled_back', detail: 'health_failed: web' }
    const target = aTarget('verifying', {
      device: withReport({ bootKey: 'boot-3', attempt, failedChecks: ['web', 'dns'] }),
    })
    expect(changesOf(target)[0]).toMatchObject({ reason: 'health_failed', because: { checks: 'web, dns' } })
    const dead = aTarget('rebooting', {
      device: withReport({ bootKey: 'boot-3', attempt: { ...attempt, detail: null } }),
    })
    expect(changesOf(dead)[0]).toMatchObject({ reason: 'boot_failed' })
  })
})

describe('a soak', () => {
  const over = { soakUntil: now - 10_000 }
  const soaking = (device: DeviceView) => aTarget('soaking', { ...over, device })

  it('ends at a heartbeat past its deadline', () => {
    expect(changesOf(soaking(withReport({ ...booted, receivedAt: now - 60_000 })))).toMatchObject([{ to: 'succeeded' }])
  })

  it('does not end at a heartbeat on a connection that nothing was reported on yet', () => {
    expect(changesOf(soaking(withReport({ ...booted, receivedAt: now - 60_000 }, reconnected)))).toEqual([])
  })

  it('does not end at a heartbeat from before its deadline, and is looked at again', () => {
    const early = aView([soaking(withReport({ ...booted, receivedAt: now - 60_000 }, { lastSeenAt: now - 11_000 }))])
    expect(decide(early, now)).toMatchObject({ targets: [{ to: 'soaking' }], wakeAt: now + 5000 })
  })

  it('counts from the healthy report, and is over at once where the policy asks for none', () => {
    const report = { ...booted, receivedAt: now - 3000 }
    const [change] = changesOf(aTarget('verifying', { device: withReport(report) }))
    expect(change).toMatchObject({ to: 'soaking', slot: 'free', soak: { bootKey: 'boot-2', until: now + 57_000 } })
    const none = { ...policy, waves: policy.waves.map((wave) => ({ ...wave, soakSec: 0 })) }
    const changes = changesOf(aTarget('verifying', { device: withReport(report) }), { policy: none })
    expect(changes.map(({ to }) => to)).toEqual(['soaking', 'succeeded'])
  })

  it('starts anew on another boot, in one turn when that is healthy already', () => {
    const changes = changesOf(soaking(withReport({ ...booted, bootKey: 'boot-3' })))
    expect(changes).toMatchObject([{ to: 'verifying' }, { to: 'soaking', soak: { bootKey: 'boot-3' } }])
  })
})

describe('a success', () => {
  it('is not taken back from a device that was told to take another image since', () => {
    const attempt = { target: 'sha256:newer', outcome: 'booted_target', detail: null }
    const device = withReport({ bootKey: 'boot-3', bootedDigest: 'sha256:newer', attempt })
    expect(changesOf(aTarget('succeeded', { device }), { state: 'completed' })).toEqual([])
  })

  it('is not taken back from a device that something newer took, while that is undone', () => {
    const attempt = { target: image, outcome: null, detail: null }
    const device = { ...withReport({ bootKey: 'boot-3', bootedDigest: 'sha256:newer', attempt }), takenByOther: true }
    expect(changesOf(aTarget('succeeded', { device }), { state: 'completed' })).toEqual([])
  })

  it('is taken back after the rollout completed, too', () => {
    const device = withReport({ bootKey: 'boot-3' })
    const [change] = changesOf(aTarget('succeeded', { device }), { state: 'completed' })
    expect(change).toMatchObject({ to: 'rolled_back', reason: 'regressed' })
  })
})

describe('a target that timed out', () => {
  const timedOut = (device: DeviceView) => aTarget('timed_out', { reason: 'apply', device })

  it.each([
    ['still holds its grant', { grantId: 'grant-1' }],
    ['is going down', { phase: 'rebooting' }],
    ['has not read that its grant was withdrawn', { observedGen: 6 }],
    ['rebooted', { bootKey: 'boot-2' }],
  ])('stays so when its device %s', (_name, report) => {
    expect(changesOf(timedOut(withReport(report)))).toEqual([])
  })

  it('is open again, and its slot free, when the device proves that it never rebooted', () => {
    expect(changesOf(timedOut(aDevice()), { state: 'paused' })).toMatchObject([
      { to: 'offered', slot: 'free', grant: null },
    ])
  })

  it('only frees its slot then, when its rollout is over', () => {
    const changes = changesOf(timedOut(aDevice()), { state: 'completed' })
    expect(changes).toMatchObject([{ to: 'timed_out', reason: 'apply', slot: 'free' }])
    expect(changesOf({ ...timedOut(aDevice()), holdsSlot: false }, { state: 'completed' })).toEqual([])
  })
})

describe('before a grant', () => {
  const error = { code: 'not_found', detail: 'gone', retryable: false, digest: image }

  it('an error counts only in a report that is up to date, about this image, and final', () => {
    const reports = [
      { errors: [error], observedGen: 6 },
      { errors: [{ ...error, digest: 'sha256:other' }] },
      { errors: [{ ...error, retryable: true }] },
    ]
    for (const report of reports) expect(changesOf(aTarget('offered', { device: withReport(report) }))).toEqual([])
    const unnamed = aTarget('offered', { device: withReport({ errors: [{ ...error, digest: null }] }) })
    expect(changesOf(unnamed)[0]).toMatchObject({ to: 'failed', reason: 'not_found' })
  })

  it('a place that is given up takes the instruction back, if there was one', () => {
    const silent = { stateSince: now - 100_000, device: aDevice({ ...offline, lastSeenAt: now - 91_000 }) }
    expect(changesOf(aTarget('downloading', silent))[0]).toMatchObject({
      to: 'pending',
      wave: null,
      dueAt: null,
      instruct: { kind: 'none' },
    })
    expect(changesOf(aTarget('pending', silent))[0]).not.toHaveProperty('instruct')
  })

  it('a device that was taken and not offered yet is looked at again', () => {
    const full = { groups: { 'group-1': aGroup({ maxDownloading: 0 }) } }
    const [change] = changesOf(aTarget('pending', { wave: null, dueAt: null }), full)
    expect(change).toMatchObject({ to: 'pending', wave: 0, dueAt: now + 90_000 })
  })

  it('nobody is unreachable where the policy waits', () => {
    const silent = { stateSince: now - 100_000, device: aDevice({ ...offline, lastSeenAt: now - 91_000 }) }
    const wait = { policy: { ...policy, unreachable: 'wait' as const } }
    expect(changesOf(aTarget('downloading', silent), wait)).toEqual([])
  })
})
