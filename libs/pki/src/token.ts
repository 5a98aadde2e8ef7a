import { randomBytes } from 'node:crypto'
import { PkiError } from './pki-error.ts'
import { sha256Hex } from './sha256-hex.ts'

const displayedCharacters = 6

/** A new bearer token. Show `token` once, store `sha256`, and let lists show `display`. */
export interface NewToken {
  /** `<prefix>_<base64url of 32 random bytes>`. */
  token: string
  sha256: string
  /** The prefix and the first six random characters: enough to tell tokens apart, useless to a thief. */
  display: string
}

/** Makes a token. `prefix` names its kind: lower-case letters, digits and `_`, at most 20. Throws `invalid_name`. */
export function newToken(prefix: string): NewToken {
  if (!/^[a-z][a-z0-9_]{0,19}$/.test(prefix)) {
    throw new PkiError('invalid_name', 'A token prefix has 1 to 20 lower-case letters, digits or underscores')
  }
  const random = randomBytes(32).toString('base64url')
  const token = `${prefix}_${random}`
  return { token, sha256: sha256OfToken(token), display: `${prefix}_${random.slice(0, displayedCharacters)}` }
}

/**
 * What a presented token is looked up by (lower-case hex). A token has 256 random bits, so a plain hash is enough and
 * an index lookup by it leaks nothing of use.
 */
export function sha256OfToken(token: string): string {
  return sha256Hex(token)
}
