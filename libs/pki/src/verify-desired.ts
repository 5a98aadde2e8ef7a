import { decodeProtectedHeader, flattenedVerify, importJWK } from 'jose'
import { PkiError } from './pki-error.ts'
import type { SignedDesired } from './sign-desired.ts'
import type { PublicJwk } from './signing-key.ts'

/** 128 KiB, the largest packet, in base64url. */
const maxPayloadLength = Math.ceil((128 * 1024 * 4) / 3)
const maxHeaderLength = 512
const maxSignatureLength = 128
const acceptedMembers = new Set(['payload', 'protected', 'signature'])

/**
 * The exact bytes that one of `keys` signed. Throws PkiError `malformed` (shape, size, or a header that is not exactly
 * ES256 and a kid), `unknown_key` (no key with this kid) or `bad_signature`.
 */
export async function verifyDesired(jws: unknown, keys: readonly PublicJwk[]): Promise<Uint8Array> {
  const signed = readShape(jws)
  const kid = readKid(signed)
  const key = keys.find((candidate) => candidate.kid === kid)
  if (key === undefined) {
    throw new PkiError('unknown_key', 'The desired document is signed by a key that is not in force here')
  }
  try {
    const publicKey = await importJWK({ kty: 'EC', crv: 'P-256', x: key.x, y: key.y }, 'ES256')
    const { payload } = await flattenedVerify(signed, publicKey, { algorithms: ['ES256'] })
    return payload
  } catch (cause) {
    throw new PkiError('bad_signature', 'The signature of the desired document does not match its bytes', { cause })
  }
}

function readShape(jws: unknown): SignedDesired {
  if (typeof jws !== 'object' || jws === null || Object.keys(jws).some((member) => !acceptedMembers.has(member))) {
    throw malformed('expected exactly payload, protected and signature')
  }
  const { payload, protected: header, signature } = jws as Partial<Record<keyof SignedDesired, unknown>>
  return {
    payload: readText(payload, maxPayloadLength),
    protected: readText(header, maxHeaderLength),
    signature: readText(signature, maxSignatureLength),
  }
}

function readText(value: unknown, maxLength: number): string {
  if (typeof value !== 'string' || value.length > maxLength || !/^[A-Za-z0-9_-]*$/.test(value)) {
    throw malformed(`each member must be base64url, this one at most ${maxLength} characters`)
  }
  return value
}

function readKid(signed: SignedDesired): string {
  let header: Record<string, unknown>
  try {
    header = { ...decodeProtectedHeader(signed) }
  } catch {
    throw malformed('the protected header is not base64url of JSON')
  }
  const { alg, kid, ...others } = header
  // Other header parameters can change what is signed (b64, crit) or bring a key along (jwk, x5c): none is needed.
  if (alg !== 'ES256' || typeof kid !== 'string' || Object.keys(others).length > 0) {
    throw malformed('the protected header must be exactly alg ES256 and a kid')
  }
  return kid
}

function malformed(why: string): PkiError {
  return new PkiError('malformed', `This is not a signed desired document: ${why}`)
}
