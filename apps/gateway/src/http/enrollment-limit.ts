import { createHash } from 'node:crypto'
import { OperationError } from '@bootfleet/operations'
import { BoundedMap } from '../connections/bounded-map.ts'

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
  const byAddress = createCounter(allowed, now)
  const byToken = createCounter(allowed, now)
  const lookUps = createCounter(allowedLookUps, now)
  return {
    async check({ address, body }) {
      if (!byAddress.isFull(address)) return
      const token = tokenOf(body)
      if (token === undefined || byToken.isFull(pairOf(address, token)) || lookUps.isFull(address)) throw tooMany()
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

interface Counter {
  isFull(key: string): boolean
  add(key: string): void
}

function createCounter(most: number, now: () => number): Counter {
  const windows = new BoundedMap<string, { readonly since: number; readonly count: number }>(10_000)
  const open = (key: string) => {
    const window = windows.get(key)
    return window !== undefined && now() - window.since < windowMs ? window : { since: now(), count: 0 }
  }
  return {
    isFull: (key) => open(key).count >= most,
    add: (key) => {
      const { since, count } = open(key)
      windows.set(key, { since, count: count + 1 })
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
