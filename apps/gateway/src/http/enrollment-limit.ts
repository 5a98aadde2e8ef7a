import { createHash } from 'node:crypto'
import { OperationError, WindowCounter } from '@bootfleet/operations'

const windowMs = 60_000
/** Refused enrollments per minute, of an address and of a token from an address. */
const allowed = 20
/** Look-ups of tokens per minute for an address that was refused too often. */
const allowedLookUps = 600

/** A request to enroll as it came: its body is not checked yet. */
export interface EnrollmentAttempt {
  readonly address: string
  readonly body: unknown
}

/**
 * Slows down who tries out tokens: an address that was refused 20 times within a minute must wait, unless it has a token
 * that is known, as a whole site may be behind one address. A token that is refused again and again waits by itself.
 */
export interface EnrollmentLimit {
  /** Throws `rate_limited`. */
  check(attempt: EnrollmentAttempt): Promise<void>
  failed(attempt: EnrollmentAttempt): void
}

export interface EnrollmentLimitOptions {
  readonly isKnown: (token: string) => Promise<boolean>
  /** Milliseconds. */
  readonly now?: () => number
}

export function createEnrollmentLimit({
  isKnown,
  now = () => performance.now(),
}: EnrollmentLimitOptions): EnrollmentLimit {
  const byAddress = new WindowCounter(windowMs, now)
  const byToken = new WindowCounter(windowMs, now)
  const lookUps = new WindowCounter(windowMs, now)
  return {
    async check({ address, body }) {
      if (byAddress.count(address) < allowed) return
      const token = tokenOf(body)
      if (token === undefined || byToken.count(pairOf(address, token)) >= allowed) throw tooMany()
      if (lookUps.count(address) >= allowedLookUps) throw tooMany()
      lookUps.add(address)
      if (!(await isKnown(token))) throw tooMany()
    },
    failed({ address, body }) {
      const token = tokenOf(body)
      byAddress.add(address)
      if (token !== undefined) byToken.add(pairOf(address, token))
    },
  }
}

function tokenOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('token' in body)) return undefined
  return typeof body.token === 'string' && body.token.length <= 200 ? body.token : undefined
}

function pairOf(address: string, token: string): string {
  return `${address} ${createHash('sha256').update(token).digest('base64url')}`
}

function tooMany(): OperationError {
  return new OperationError(
    'rate_limited',
    'Too many refused enrollments from this address. Try again in a minute, or ask for a new enrollment document.',
  )
}
