import { describe, expect, it } from 'vitest'
import { decide } from './decide.ts'
import type { TargetView } from './view.ts'
import { aDevice, aReport, aTarget, aView, changesOf, moves, now } from './view.testing.ts'

const staged = { stagedDigest: 'sha256:new', stagedLocked: true }
/** It has read its grant and does not hold it. */
const without = aDevice({ report: aReport({ ...staged, grantId: null }) })
const refusing = (over: Partial<TargetView> = {}) => aTarget('granted', { device: without, ...over })

describe('a device that gives its grant back', () => {
  it('gets no other at once, and it says until when', () => {
    const [change, ...others] = changesOf(refusing({ returnedFor: 'busy' }))
    expect(others).toEqual([])
    expect(change).toMatchObject({ to: 'staged', slot: 'free', backoff: { returned: 1, until: now + 15_000 } })
    expect(change).toMatchObject({
      because: { code: 'target.grant_returned', until: now + 15_000 },
      dueAt: now + 15_000,
    })
    expect(change?.because.message).toContain('(busy)')
  })

  it('waits twice as long each time, for half an hour at most', () => {
    const waits = [0, 1, 2, 6, 7, 50].map((returned) => {
      const [change] = changesOf(refusing({ backoff: { returned, until: now } }))
      return (change?.backoff?.until ?? 0) - now
    })
    expect(waits).toEqual([15_000, 30_000, 60_000, 960_000, 1_800_000, 1_800_000])
  })

  it('holds up no other, and is what the rollout waits for when there is none', () => {
    const backoff = { returned: 3, until: now + 1 }
    const waiting = aTarget('staged', { dueAt: null, backoff })
    const other = aTarget('staged', { deviceId: 'device-2', dueAt: null })
    expect(moves(decide(aView([waiting, other]), now)).map(({ deviceId }) => deviceId)).toEqual(['device-2'])
    const alone = decide(aView([waiting]), now)
    expect(alone.because).toMatchObject({ code: 'target.grant_backoff', returned: 3, until: now + 1 })
    expect(changesOf(aTarget('staged', { backoff: { returned: 3, until: now } }))).toMatchObject([{ to: 'granted' }])
  })

  it('is not to blame for a grant that was taken back', () => {
    const [change] = changesOf(refusing({ recalled: true }), { state: 'pausing' })
    expect(change).toMatchObject({ to: 'staged' })
    expect(change?.backoff).toBeUndefined()
  })

  it('begins anew once it has used one', () => {
    const booted = aDevice({ report: aReport({ bootedDigest: 'sha256:new', bootKey: 'boot-2' }) })
    const [change] = changesOf(aTarget('rebooting', { device: booted, backoff: { returned: 3, until: now } }))
    expect(change).toMatchObject({ to: 'verifying', backoff: null })
  })
})
