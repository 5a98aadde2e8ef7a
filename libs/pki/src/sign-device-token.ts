import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { readPrivateKey } from './private-key.ts'

/** The JWT type of device tokens, so that no other JWT is ever taken for one. */
export const deviceTokenType = 'bootfleet-device+jwt'

/** A device token is never accepted for longer than this, whatever it says of itself. */
export const maxDeviceTokenTtlSec = 15 * 60

/**
 * A short-lived ES256 JWT that proves possession of the device's key, for HTTPS where TLS ends at a proxy.
 * `ttlSec` is cut to 15 minutes. Throws PkiError `invalid_key` or `unsupported_key`.
 */
export async function signDeviceToken(
  privateKeyPem: string,
  input: { deviceId: string; fingerprint: string; audience: string; now: Date; ttlSec: number },
): Promise<string> {
  const issuedAt = Math.floor(input.now.getTime() / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', typ: deviceTokenType, kid: input.fingerprint })
    .setSubject(input.deviceId)
    .setAudience(input.audience)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.min(Math.floor(input.ttlSec), maxDeviceTokenTtlSec))
    .sign(readPrivateKey(privateKeyPem))
}
