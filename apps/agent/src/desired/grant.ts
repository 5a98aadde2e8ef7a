import type { Desired } from '@bootfleet/contracts'
import type { Now } from '../clock.ts'

const maxAgeMs = 60 * 60_000

/** A grant that this process received and has neither used nor returned. Lost on restart on purpose. */
export interface HeldGrant {
  id: string
  conn: string
  /** On the monotonic clock. */
  expiresAt: number
  /** A newer document does not give it any more. */
  recalled: boolean
}

/** The grant after a new document was accepted: given, kept, recalled, or none. */
export function grantAfter(
  held: HeldGrant | null,
  arrival: { doc: Desired; conn: string | null } & Now,
): HeldGrant | null {
  const given = arrival.doc.apply.phase === 'applied' ? arrival.doc.apply.grant : undefined
  if (given !== undefined && given.conn === arrival.conn) {
    const expiresAt = arrival.mono + Math.min(given.ttlSec * 1000, windowLeftMs(arrival.doc, arrival.wall))
    // Said again in a newer document, it is the same permission and not a longer one.
    const isHeld = held?.id === given.id && held.conn === given.conn
    return {
      id: given.id,
      conn: given.conn,
      expiresAt: isHeld ? Math.min(held.expiresAt, expiresAt) : expiresAt,
      recalled: false,
    }
  }
  return held === null ? null : { ...held, recalled: true }
}

/**
 * By a clock that shows a time at which this document can have come: before it was issued, or long after, it is wrong, and
 * `ttlSec` alone counts, which the server cuts to the window as well.
 */
function windowLeftMs({ apply, issuedAt }: Desired, wall: number): number {
  const age = wall - Date.parse(issuedAt)
  if (apply.window === undefined || age < 0 || age > maxAgeMs) return Number.POSITIVE_INFINITY
  return Date.parse(apply.window.until) - wall
}

/** Why a grant may not be used now, or undefined when it may. */
export function grantObjection(
  grant: HeldGrant,
  now: { conn: string | null; mono: number },
): 'recalled' | 'connection_lost' | 'expired' | undefined {
  if (grant.recalled) return 'recalled'
  if (grant.conn !== now.conn) return 'connection_lost'
  return now.mono >= grant.expiresAt ? 'expired' : undefined
}
