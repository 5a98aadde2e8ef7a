import type { Desired } from '@bootfleet/contracts'

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
  arrival: { doc: Desired; conn: string | null; mono: number },
): HeldGrant | null {
  const given = arrival.doc.apply.phase === 'applied' ? arrival.doc.apply.grant : undefined
  if (given !== undefined && given.conn === arrival.conn) {
    return { id: given.id, conn: given.conn, expiresAt: arrival.mono + given.ttlSec * 1000, recalled: false }
  }
  return held === null ? null : { ...held, recalled: true }
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
