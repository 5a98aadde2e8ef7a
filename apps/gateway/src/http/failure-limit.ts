import { OperationError } from '@bootfleet/operations'
import { BoundedMap } from '../connections/bounded-map.ts'

const windowMs = 60_000
const allowed = 20

/**
 * Slows down who tries out tokens: an address that failed 20 times within a minute must wait. Successes do not count, so
 * that a whole site may enroll from behind one address.
 */
export interface FailureLimit {
  /** Throws `rate_limited`. */
  check(address: string): void
  failed(address: string): void
}

export function createFailureLimit(now: () => number = () => performance.now()): FailureLimit {
  const failures = new BoundedMap<string, number[]>(10_000)
  const recent = (address: string) => (failures.get(address) ?? []).filter((time) => time > now() - windowMs)
  return {
    check: (address) => {
      if (recent(address).length >= allowed)
        throw new OperationError(
          'rate_limited',
          'Too many refused enrollments from this address. Try again in a minute.',
        )
    },
    failed: (address) => {
      failures.set(address, [...recent(address), now()])
    },
  }
}
