import { PkiError } from './pki-error.ts'

/**
 * Reads the 32 bytes of a master key from 64 hex digits, base64 or base64url. Throws PkiError `invalid_master_key`
 * with a message that says how to make one and does not repeat the input.
 */
export function parseMasterKey(text: string): Uint8Array {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return new Uint8Array(Buffer.from(trimmed, 'hex'))
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return new Uint8Array(Buffer.from(trimmed, 'base64'))
  throw new PkiError(
    'invalid_master_key',
    'The master key must be 32 random bytes as 64 hex digits or as base64; make one with: openssl rand -hex 32',
  )
}
