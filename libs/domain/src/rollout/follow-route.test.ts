import { describe, expect, it } from 'vitest'
import type { TargetChange } from './decision.ts'
import type { TargetState } from './target-lifecycle.ts'
import { aDevice, aReport, aTarget, changesOf, now, offline, oldImage } from './view.testing.ts'
import type { DeviceView, ReportView, TargetView } from './view.ts'

const barrier = { release: 'r1', name: '1.0', barrier: true, accept: ['sha256:barrier', 'sha256:barrier-index'] }
const stop = { release: 'r2', name: '2.0', barrier: false, accept: ['sha256:stop'] }
const end = { release: 'r3', name: '3.0', barrier: false, accept: ['sha256:end'] }
const hops = [barrier, stop, end]

interface Given {
  readonly report?: Partial<ReportView>
  readonly device?: Partial<DeviceView>
  readonly target?: Partial<TargetView>
}

/** A target at one of three hops. */
function at(place: number, state: TargetState, { report, device, target }: Given = {}): TargetView {
  const before = hops[place - 1]
  return aTarget(state, {
    route: { hops, at: place },
    accept: hops[place]?.accept ?? [],
    fromDigest: before?.accept[0] ?? oldImage,
    fromBootKey: before ? 'boot-1' : 'boot-0',
    device: aDevice({ report: aReport({ bootedDigest: before?.accept[0] ?? oldImage, ...report }), ...device }),
    ...target,
  })
}

function run(target: TargetView): TargetChange[] {
  return changesOf(target)
}

describe('a target that goes hop by hop', () => {
  it('waits for its next download and grant once a hop is healthy, and has not succeeded', () => {
    const booted = at(0, 'verifying', { report: { bootedDigest: 'sha256:barrier', bootKey: 'boot-2' } })
    const changes = run(booted)
    expect(changes[0]).toMatchObject({ to: 'pending', slot: 'free', grant: null, hop: { at: 1, bootKey: 'boot-2' } })
    expect(changes[0]?.because).toMatchObject({ code: 'target.hop_done', hop: 1, of: 3, release: '1.0' })
    expect(changes.slice(1)).toMatchObject([{ from: 'pending', to: 'offered', instruct: { kind: 'stage' } }])
  })

  it('is offered nothing after a hop while its group downloads all that it may', () => {
    const booted = at(0, 'verifying', { report: { bootedDigest: 'sha256:barrier', bootKey: 'boot-2' } })
    const groups = { 'group-1': { ...noRoom, maxDownloading: 1, downloading: 1 } }
    expect(changesOf(booted, { groups }).map(({ to }) => to)).toEqual(['pending'])
  })

  it('soaks and succeeds at the end of its way only', () => {
    const there = { bootedDigest: 'sha256:end', bootKey: 'boot-4' }
    expect(run(at(2, 'verifying', { report: there }))[0]?.to).toBe('soaking')
    expect(run(at(1, 'verifying', { report: { bootedDigest: 'sha256:stop', bootKey: 'boot-3' } }))[0]?.to).toBe(
      'pending',
    )
  })

  it('does not take the image of a later hop for staged', () => {
    const ahead = { stagedDigest: 'sha256:end', stagedLocked: true, phase: 'idle' }
    expect(run(at(0, 'offered', { report: ahead })).map(({ to }) => to)).not.toContain('staged')
    expect(run(at(0, 'offered', { report: { ...ahead, stagedDigest: 'sha256:barrier' } }))[0]?.to).toBe('staged')
  })

  it('fails at a barrier that the device falls back from, and names it', () => {
    const attempt = { target: 'sha256:barrier', outcome: 'rolled_back', detail: 'health_failed' }
    const [change] = run(at(0, 'rebooting', { report: { bootKey: 'boot-3', attempt } }))
    expect(change).toMatchObject({ to: 'failed', reason: 'barrier', instruct: { kind: 'none' } })
    expect(change?.because).toMatchObject({ code: 'target.failed.barrier', cause: 'target.rolled_back', hop: 1, of: 3 })
    expect(change?.because.message).toContain('the barrier 1.0')
  })

  it('rolls back at another hop, and names it', () => {
    const attempt = { target: 'sha256:stop', outcome: 'rolled_back', detail: null }
    const [change] = run(at(1, 'rebooting', { report: { bootKey: 'boot-3', attempt } }))
    expect(change).toMatchObject({ to: 'rolled_back', because: { code: 'target.rolled_back', hop: 2, release: '2.0' } })
  })

  it('does not take the outcome of another hop for its own', () => {
    const attempt = { target: 'sha256:barrier', outcome: 'rolled_back', detail: null }
    const [change] = run(at(1, 'granted', { report: { bootKey: 'boot-3', bootedDigest: 'sha256:barrier', attempt } }))
    expect(change?.because.code).toBe('target.not_applied')
  })

  it('has the time of a reboot for each hop anew', () => {
    const grant = { id: 'grant-1', conn: 'conn-1', bootKey: 'boot-1' }
    const report = { phase: 'rebooting' }
    const fresh = at(1, 'rebooting', { report, device: offline, target: { grant: { ...grant, at: now - 299_000 } } })
    expect(run(fresh)).toEqual([])
    const late = at(1, 'rebooting', { report, device: offline, target: { grant: { ...grant, at: now - 300_000 } } })
    expect(run(late)[0]).toMatchObject({ to: 'timed_out', reason: 'apply', because: { hop: 2, release: '2.0' } })
  })

  it.each(['pending', 'offered', 'staged'] as const)(
    'fails when the device leaves the hop before, while %s',
    (state) => {
      const [change] = run(at(1, state, { report: { bootedDigest: oldImage, bootKey: 'boot-3' } }))
      expect(change).toMatchObject({
        to: 'failed',
        reason: 'barrier',
        because: { code: 'target.failed.left_hop', hop: 1 },
      })
    },
  )

  it('goes on from the end of its way when the device is found there', () => {
    const changes = run(at(0, 'offered', { report: { bootedDigest: 'sha256:end', bootKey: 'boot-2' } }))
    expect(changes.map(({ to, event }) => [to, event]).slice(0, 2)).toEqual([
      ['offered', 'target.hop_ahead'],
      ['verifying', 'applied_without_grant'],
    ])
    expect(changes.at(-1)?.to).toBe('soaking')
  })

  it('is judged by what it says when it is back, when it is tried again while it is down', () => {
    const report = { bootedDigest: 'sha256:barrier', bootKey: 'boot-2' }
    const down = at(0, 'pending', { report, device: offline, target: { holdsSlot: true, fromBootKey: 'boot-1' } })
    expect(run(down)).toEqual([])
    const back = { ...down, device: { ...down.device, connected: true, connectedAt: now - 5000 } }
    expect(run({ ...back, device: { ...back.device, report: aReport({ ...report, receivedAt: now }) } })).not.toEqual(
      [],
    )
  })

  it('believes no device that claims the next hop on the boot of the one before', () => {
    const claim = at(1, 'staged', { report: { bootedDigest: 'sha256:stop', bootKey: 'boot-1' } })
    expect(run(claim)[0]).toMatchObject({ to: 'failed', reason: 'unproven_boot', because: { hop: 2 } })
  })
})

const noRoom = { slots: 1, slotsTaken: 0, closed: null, windowUntil: null, reopensAt: null }
