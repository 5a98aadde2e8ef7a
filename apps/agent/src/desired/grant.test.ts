import type { Desired } from '@bootfleet/contracts'
import { describe, expect, it } from 'vitest'
import { grantAfter, grantObjection } from './grant.ts'
import type { HeldGrant } from './grant.ts'
import { judgeDesired } from './judge-desired.ts'

const held: HeldGrant = { id: 'g1', conn: 'c1', expiresAt: 10_000, recalled: false }

function document(grant?: { id: string; conn: string; ttlSec: number }, phase: Desired['apply']['phase'] = 'applied') {
  const apply = { phase, jitterSec: 0, healthTimeoutSec: 1, onUnhealthy: 'stay', ...(grant && { grant }) }
  return { issuedAt: '2026-01-01T12:00:00Z', apply } as Desired
}

const wall = Date.parse('2026-01-01T12:00:00Z')

describe('a grant', () => {
  it('counts from its receipt, on the connection that it names', () => {
    const doc = document({ id: 'g2', conn: 'c1', ttlSec: 30 })
    expect(grantAfter(null, { doc, conn: 'c1', mono: 5000, wall })).toEqual({
      id: 'g2',
      conn: 'c1',
      expiresAt: 35_000,
      recalled: false,
    })
    expect(grantAfter(null, { doc, conn: 'c2', mono: 5000, wall })).toBeNull()
    expect(grantAfter(null, { doc, conn: null, mono: 5000, wall })).toBeNull()
  })

  it.each([
    ['in the window', 0, 20_000],
    ['when it has closed', 21_000, -1000],
    ['by a clock before the document', -1, 30_000],
    ['by a clock far ahead', 3_600_001, 30_000],
  ])('ends with the window, told %s', (_when, age, left) => {
    const doc = document({ id: 'g2', conn: 'c1', ttlSec: 30 })
    doc.apply.window = { until: '2026-01-01T12:00:20Z' }
    const grant = grantAfter(null, { doc, conn: 'c1', mono: 5000, wall: wall + age })
    expect(grant?.expiresAt).toBe(5000 + left)
  })

  it('is not made longer by being said again', () => {
    const doc = document({ id: 'g1', conn: 'c1', ttlSec: 30 })
    expect(grantAfter(held, { doc, conn: 'c1', mono: 9000, wall })).toEqual(held)
  })

  it('is recalled by a document that does not give it', () => {
    expect(grantAfter(held, { doc: document(), conn: 'c1', mono: 0, wall })).toEqual({ ...held, recalled: true })
    const notApplied = document({ id: 'g1', conn: 'c1', ttlSec: 30 }, 'staged')
    expect(grantAfter(held, { doc: notApplied, conn: 'c1', mono: 0, wall })?.recalled).toBe(true)
  })

  it.each([
    [held, { conn: 'c1', mono: 9999 }, undefined],
    [held, { conn: 'c1', mono: 10_000 }, 'expired'],
    [held, { conn: 'c2', mono: 0 }, 'connection_lost'],
    [held, { conn: null, mono: 0 }, 'connection_lost'],
    [{ ...held, recalled: true }, { conn: 'c1', mono: 0 }, 'recalled'],
  ])('%# may be used or not', (grant, now, objection) => {
    expect(grantObjection(grant, now)).toBe(objection)
  })
})

describe('a desired document', () => {
  it.each([
    [undefined, 1, 'x', 'accept'],
    [{ gen: 4, hash: 'x' }, 5, 'y', 'accept'],
    [{ gen: 4, hash: 'x' }, 9, 'x', 'accept'],
    [{ gen: 4, hash: 'x' }, 4, 'x', 'repeat'],
    [{ gen: 4, hash: 'x' }, 4, 'y', 'conflict'],
    [{ gen: 4, hash: 'x' }, 3, 'x', 'stale'],
  ] as const)('on top of %j, gen %i is judged', (stored, gen, hash, judgement) => {
    expect(judgeDesired(stored, { gen, hash })).toBe(judgement)
  })
})
