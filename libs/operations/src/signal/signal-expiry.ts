import { signalLifeSec } from '@bootfleet/contracts'
import { OperationError } from '../errors.ts'

/** When a signal ends by itself. Throws `invalid` for the past, and for more than seven days. */
export function readSignalExpiry(given: string | undefined, now: Date): Date {
  const { usual, longest } = signalLifeSec
  if (given === undefined) return new Date(now.getTime() + usual * 1000)
  const expiresAt = new Date(given)
  if (expiresAt > now && expiresAt.getTime() <= now.getTime() + longest * 1000) return expiresAt
  const message = 'The expiry must lie ahead, within seven days. Post the signal again while it goes on.'
  throw new OperationError('invalid', message, { field: 'expiresAt' })
}
