import type { Desired } from '@bootfleet/contracts'
import { describe, expect, it } from 'vitest'
import { grantAfter, grantObjection } from './grant.ts'
import type { HeldGrant } from './grant.ts'
import { judgeDesired } from './judge-desired.ts'

const held: HeldGrant = { id: 'g1', conn: 'c1', expiresAt: 10_000, recalled: false }

function document(grant?: { id: string; conn: string; ttlSec: number }, phase: Desired['apply']['phase'] = 'applied') {
  const apply = { phase, jitterSec: 0, healthTimeoutSec: 1, onUnhealthy: 'stay', ...(grant && { grant }) }
  return { apply } as Desired
}

describe('a grant', () => {
  it('counts from its receipt, on the connection that it names', () => {
    const doc = document({ id: 'g2', conn: 'c1', ttlSec: 30 })
    expect(grantAfter(null, { doc, conn: 'c1', mono: 5000 })).toEqual({
      id: 'g2',
      conn: 'c1',
      expiresAt: 35_000,
      recalled: false,
    })
    expect(grantAfter(null, { doc, conn: 'c2', mono: 5000 })).toBeNull()
    expect(grantAfter(null, { doc, conn: null, mono: 5000 })).toBeNull()
  })

  it('is recalled by a document that does not give it', () => {
    expect(grantAfter(held, { doc: document(), conn: 'c1', mono: 0 })).toEqual({ ...held, recalled: true })
    const notApplied = document({ id: 'g1', conn: 'c1', ttlSec: 30 }, 'staged')
    expect(grantAfter(held, { doc: notApplied, conn: 'c1', mono: 0 })?.recalled).toBe(true)
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
