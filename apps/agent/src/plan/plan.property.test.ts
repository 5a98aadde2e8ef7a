import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holds } from '../bootc/host-status.ts'
import { grantObjection } from '../desired/grant.ts'
import { attempt, caps, conn, deployment, desired, digest, grant, host, journal, view } from '../testing/a-view.ts'
import { plan } from './plan.ts'
import type { View } from './view.ts'

const letter = fc.constantFrom('a', 'b', 'c')
const anyDeployment = fc
  .record({ letter, locked: fc.boolean(), incompatible: fc.boolean() })
  .map(({ letter: name, ...flags }) => deployment(name, flags))
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const time = fc.integer({ min: 0, max: 100_000 })

const anyHost = fc
  .record({
    kind: fc.constantFrom('bootc', 'ostree', 'none'),
    backend: fc.constantFrom('ostree', 'composefs'),
    booted: maybe(anyDeployment),
    staged: maybe(anyDeployment),
    rollback: maybe(anyDeployment),
    rollbackQueued: fc.boolean(),
    readOnly: fc.boolean(),
  })
  .map((change) => host(change))

const anyDesired = fc
  .record({
    letter: maybe(letter),
    phase: fc.constantFrom('none', 'staged', 'applied'),
    expired: fc.boolean(),
    reboot: fc.integer({ min: 0, max: 2 }),
  })
  .map((wish) =>
    desired({
      image: wish.letter === null ? null : { ref: `repo@${digest(wish.letter)}`, accept: [digest(wish.letter)] },
      apply: { phase: wish.phase },
      ops: { reboot: wish.reboot },
      ...(wish.expired && { expiresAt: '2025-01-01T00:00:00Z' }),
    }),
  )

const anyJournal = fc
  .record({
    attempt: maybe(
      fc
        .record({
          phase: fc.constantFrom('staging', 'staged', 'rebooting', 'verifying', 'rolling_back', 'done'),
          via: fc.constantFrom('stage', 'slot'),
          queuedBefore: fc.boolean(),
        })
        .map((change) => attempt(change)),
    ),
    quarantined: fc.subarray([digest('a'), digest('b')]),
    health: fc.constantFrom('checking', 'healthy', 'unhealthy'),
  })
  .map(({ health, ...change }) => journal({ ...change, health: { ...journal().health, status: health } }))

const anyView: fc.Arbitrary<View> = fc
  .record({
    now: time.map((mono) => ({ mono, wall: Date.parse('2026-01-01T00:00:00Z') })),
    desired: maybe(anyDesired),
    grant: maybe(fc.record({ recalled: fc.boolean(), expiresAt: time }).map((change) => ({ ...grant, ...change }))),
    conn: fc.constantFrom(conn, null),
    host: anyHost,
    hostIsFresh: fc.boolean(),
    caps: fc.boolean().map((downloadOnly) => ({ ...caps, downloadOnly })),
    journal: anyJournal,
    nextCheckAt: time,
    rebootAskedAt: maybe(time),
    stageNotBefore: time,
  })
  .map((change) => view(change))

function hasUsableGrant(of: View): boolean {
  return of.grant !== null && grantObjection(of.grant, { conn: of.conn, mono: of.now.mono }) === undefined
}

describe('whatever is true', () => {
  it('nothing new is made bootable without a usable grant', () => {
    fc.assert(
      fc.property(anyView, (of) => {
        const step = plan(of)
        if (['unlock', 'queue-slot', 'reboot'].includes(step.kind)) expect(hasUsableGrant(of)).toBe(true)
      }),
    )
  })

  it('no quarantined or expired image is staged or booted', () => {
    fc.assert(
      fc.property(anyView, (of) => {
        const step = plan(of)
        if (!['stage', 'unlock', 'queue-slot', 'reboot'].includes(step.kind)) return
        expect(of.journal.quarantined.some((bad) => of.desired?.image?.accept.includes(bad))).toBe(false)
        expect(of.desired?.expiresAt).toBeUndefined()
      }),
    )
  })

  it('the agent rests only when an ordinary reboot would not apply an image that is not granted', () => {
    fc.assert(
      fc.property(anyView, (of) => {
        const step = plan(of)
        const rests = step.kind === 'idle' && of.hostIsFresh && of.rebootAskedAt === null
        if (!rests || of.journal.health.status === 'checking' || of.desired?.image == null) return
        const { staged, booted } = of.host
        const isLoose = staged !== null && !staged.locked && staged.digest !== booted?.digest
        if (isLoose) expect(hasUsableGrant(of) && holds(staged, of.desired.image.accept)).toBe(true)
      }),
    )
  })

  it('waiting always ends later than now, and the same data give the same step', () => {
    fc.assert(
      fc.property(anyView, (of) => {
        const before = JSON.stringify(of)
        const step = plan(of)
        if (step.kind === 'idle' && step.until !== undefined) expect(step.until).toBeGreaterThan(of.now.mono)
        expect(plan(of)).toEqual(step)
        expect(JSON.stringify(of)).toBe(before)
      }),
    )
  })
})
