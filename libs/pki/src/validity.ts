import { randomBytes } from 'node:crypto'
import { PkiError } from './pki-error.ts'

const dayMs = 24 * 60 * 60 * 1000
const maxValidDays = 36_500

/** When a certificate counts. Whole seconds, which is all that a certificate can hold. */
export interface Validity {
  notBefore: Date
  notAfter: Date
}

/**
 * From a day before `now`, because devices come up with clocks that are behind, until `validDays` after it.
 * Throws PkiError `invalid_validity`.
 */
export function validityFrom(now: Date, validDays: number): Validity {
  if (!(validDays > 0 && validDays <= maxValidDays)) {
    throw new PkiError('invalid_validity', `A certificate is valid for more than 0 and at most ${maxValidDays} days`)
  }
  return {
    notBefore: wholeSecond(now.getTime() - dayMs),
    notAfter: wholeSecond(now.getTime() + validDays * dayMs),
  }
}

/** A random positive serial number of exactly 128 bits without the sign bit (hex, no leading zero octet). */
export function randomSerialNumber(): string {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial.toString('hex')
}

function wholeSecond(timeMs: number): Date {
  return new Date(Math.floor(timeMs / 1000) * 1000)
}
