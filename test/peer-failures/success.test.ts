import { describe, expect, test } from 'vitest'
import type { DeviceView, ReportView, TargetState } from '@bootfleet/domain'
import { aDevice, aReport, aTarget, image, moves, now, offline, ended, look } from './look.ts'

const onImage = { bootedDigest: image, bootKey: 'boot-2' }

/** The states that a target goes through when its device says this. */
function path(from: TargetState, report: Partial<ReportView>, device: Partial<DeviceView> = {}): string[] {
  const target = aTarget(from, { device: aDevice({ report: aReport(report), ...device }) })
  return moves(look([target])).map(({ to }) => to)
}

describe('what counts as a success', () => {
  // The client says "finished" when the image is on disk, the server counts that, and the next group starts.
  test.each(['offered', 'downloading', 'staged', 'granted', 'rebooting'] as const)(
    'a device that only staged the image is no success (%s)',
    (from) => {
      const staged = { phase: 'staged', stagedDigest: image, stagedLocked: true, health: 'healthy' }
      const reached = path(from, staged)
      expect(reached).not.toContain('verifying')
      expect(reached).not.toContain('succeeded')
      const claims = { ...staged, attempt: { target: image, outcome: 'booted_target', detail: null } }
      expect(path(from, claims)).not.toContain('verifying')
    },
  )

  // A device is believed that it runs the image, although it has not booted since it reported the other one.
  test('a device that claims to run the image without a new boot is a failure', () => {
    expect(path('granted', { bootedDigest: image, bootKey: 'boot-1' })).toEqual(['failed'])
  })

  // "Up to date" is reported as soon as the image runs; the health check then sends the device back underneath it.
  test('a device whose health is still being checked is no success', () => {
    expect(path('rebooting', { ...onImage, health: 'checking' })).toEqual(['verifying'])
  })

  // The version matches, so it is a success; then its services crash in a loop.
  test('a device that becomes unhealthy after its first healthy report is a failure', () => {
    expect(path('soaking', { ...onImage, health: 'unhealthy' })).toEqual(['failed'])
  })

  // A device that reports the version once and never comes back is a success for ever.
  test('a device that falls silent in its soak is a failure, not a success', () => {
    const silent = aTarget('soaking', {
      soakUntil: now - 300_000,
      device: aDevice({ ...offline, report: aReport({ ...onImage, receivedAt: now - 400_000 }) }),
    })
    expect(moves(look([silent]))).toMatchObject([{ to: 'timed_out', reason: 'soak' }])
  })

  // A later fall-back to the other slot never corrects the record, nor the gate that counted it.
  test('a device that falls back after its success is a failure, and trips the gate that it had passed', () => {
    const back = ended('succeeded', { dueAt: now, device: aDevice({ report: aReport({ bootKey: 'boot-3' }) }) })
    const decision = look([back])
    expect(moves(decision)).toMatchObject([{ to: 'rolled_back', reason: 'regressed' }])
    expect(decision.rollout).toMatchObject({ to: 'pausing' })
  })

  // What cannot be delivered at all keeps its old version, which equals the one that is asked for: 100 % successful.
  test('a device that can never take the image is a failure at once', () => {
    const error = { code: 'unknown_image', detail: 'No such image.', retryable: false, digest: image }
    expect(path('offered', { errors: [error] })).toEqual(['failed'])
  })

  // A device whose update cannot be prepared for now is neither done, failed nor timed out: its batch hangs for ever.
  test('a device that cannot get the image for now times out', () => {
    const error = { code: 'registry_unreachable', detail: 'No route.', retryable: true, digest: image }
    const trying = { phase: 'downloading', errors: [error] }
    expect(path('downloading', trying)).toEqual([])
    const old = { device: aDevice({ report: aReport(trying) }), stateSince: now - 600_000 }
    expect(moves(look([aTarget('downloading', old)]))).toMatchObject([{ to: 'timed_out', reason: 'download' }])
  })

  // The target is a tag: who pushes it again gives half of the fleet another image, and both halves count.
  test('a device that booted a tag that was pushed again does not run the image', () => {
    const attempt = { target: image, outcome: 'booted_target', detail: null }
    const reached = path('rebooting', { bootedDigest: 'sha256:pushed-again', bootKey: 'boot-2', attempt })
    expect(reached).toEqual(['rolled_back'])
  })

  // The image is named in one way when it is told and in another when it is reported: out of date for ever.
  test('a device that names the image by its index runs the image', () => {
    expect(path('rebooting', { ...onImage, bootedDigest: 'sha256:index', health: 'checking' })).toEqual(['verifying'])
  })
})

describe('what has no end', () => {
  const month = 30 * 86_400_000
  const before = aReport({ observedGen: 6 })
  const booted = aReport({ ...onImage, receivedAt: now - 400_000 })

  // A state that only the device can leave: "waiting" for days, until somebody edits the database.
  test.each([
    ['pending', before, 'skipped'],
    ['offered', before, 'skipped'],
    ['downloading', before, 'skipped'],
    ['staged', before, 'skipped'],
    ['granted', before, 'timed_out'],
    ['rebooting', aReport({ phase: 'rebooting' }), 'timed_out'],
    ['verifying', { ...booted, health: 'checking' }, 'timed_out'],
    ['soaking', booted, 'timed_out'],
  ] as const)('a device that falls silent for ever leaves the state %s', (state, report, to) => {
    const silent = aTarget(state, { device: aDevice({ ...offline, report }) })
    expect(moves(look([silent], {}, now + month)).at(-1)?.to).toBe(to)
  })
})
