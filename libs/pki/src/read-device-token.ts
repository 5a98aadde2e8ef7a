import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload } from 'jose'
import { PkiError } from './pki-error.ts'
import { parseCertificate, readCertificate } from './read-certificate.ts'
import { deviceTokenType, maxDeviceTokenTtlSec } from './sign-device-token.ts'

const maxTokenLength = 4096
/** Device clocks drift; a token from a clock that is off by less still counts. */
const clockToleranceSec = 300

/** A verified device token. */
export interface DeviceToken {
  deviceId: string
  fingerprint: string
  tokenId: string
  issuedAt: Date
  expiresAt: Date
}

/**
 * The fingerprint that a token claims, unverified: good for looking up the certificate that `readDeviceToken` needs,
 * and for nothing else. Throws PkiError `malformed`.
 */
export function claimedFingerprint(token: string): string {
  try {
    if (token.length > maxTokenLength) throw new Error('too long')
    const { alg, typ, kid } = decodeProtectedHeader(token)
    if (alg === 'ES256' && typ === deviceTokenType && kid !== undefined && /^[0-9a-f]{64}$/.test(kid)) return kid
  } catch {
    // The same answer as for a header of the wrong kind.
  }
  throw new PkiError('malformed', 'This is not a device token')
}

/**
 * Verifies a token against the certificate that its fingerprint names. The caller has checked that the certificate is
 * ours and not revoked. `allowExpiredCertificate` is for the way back of an expired device only.
 * Throws PkiError `malformed`, `bad_signature`, `wrong_device`, `wrong_audience`, `token_expired`, `certificate_expired`.
 */
export async function readDeviceToken(
  token: string,
  input: { certificatePem: string; audience: string; now: Date; allowExpiredCertificate?: boolean },
): Promise<DeviceToken> {
  const fingerprint = claimedFingerprint(token)
  const facts = readCertificate(input.certificatePem)
  const payload = await verify(token, input)
  const { sub, jti, iat, exp } = payload
  if (fingerprint !== facts.fingerprintSha256 || sub === undefined || sub !== facts.commonName) {
    throw new PkiError('wrong_device', 'The token names another device or certificate than the one presented')
  }
  if (jti === undefined || iat === undefined || exp === undefined) throw new PkiError('malformed', 'A claim is missing')
  const inForce = facts.notBefore <= input.now && input.now < facts.notAfter
  if (!inForce && input.allowExpiredCertificate !== true) {
    throw new PkiError('certificate_expired', 'The certificate of the device is not in force: renew it or enroll again')
  }
  return { deviceId: sub, fingerprint, tokenId: jti, issuedAt: new Date(iat * 1000), expiresAt: new Date(exp * 1000) }
}

async function verify(
  token: string,
  input: { certificatePem: string; audience: string; now: Date },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, parseCertificate(input.certificatePem).publicKey, {
      algorithms: ['ES256'],
      typ: deviceTokenType,
      audience: input.audience,
      currentDate: input.now,
      clockTolerance: clockToleranceSec,
      maxTokenAge: maxDeviceTokenTtlSec,
      requiredClaims: ['sub', 'jti', 'iat', 'exp'],
    })
    return payload
  } catch (cause) {
    throw explain(cause)
  }
}

function explain(cause: unknown): PkiError {
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new PkiError('bad_signature', 'The token is not signed by the key of the device', { cause })
  }
  const failed = cause instanceof errors.JWTClaimValidationFailed && cause.reason === 'check_failed'
  const claim = failed ? cause.claim : undefined
  if (claim === 'aud') return new PkiError('wrong_audience', 'The token is meant for another server', { cause })
  if (cause instanceof errors.JWTExpired || claim === 'iat' || claim === 'nbf') {
    return new PkiError('token_expired', 'The token is not in force: sign a new one and check the clock', { cause })
  }
  return new PkiError('malformed', 'This is not a device token', { cause })
}
