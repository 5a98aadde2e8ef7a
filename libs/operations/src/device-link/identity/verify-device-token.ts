import { PkiError, claimedFingerprint, readDeviceToken, type DeviceToken } from '@bootfleet/pki'
import { OperationError } from '../../errors.ts'
import type { Services } from '../../services.ts'
import { readDeviceIdentity, type DeviceIdentity, type IdentityOptions } from './device-identity.ts'

export interface VerifiedToken {
  readonly identity: DeviceIdentity
  readonly token: DeviceToken
}

/**
 * The device that signed `token` with the key of its certificate: for HTTPS where TLS ends at a proxy. The token must
 * name this installation's device address as its audience. Throws `unauthenticated`.
 */
export async function verifyDeviceToken(
  services: Services,
  token: string,
  options: IdentityOptions = {},
): Promise<VerifiedToken> {
  try {
    const identity = await readDeviceIdentity(services, claimedFingerprint(token), options)
    if (!identity) throw new PkiError('unknown_key', 'No certificate in force has this fingerprint: enroll again')
    const verified = await readDeviceToken(token, {
      certificatePem: identity.certificatePem,
      audience: services.addresses.device,
      now: services.now(),
      allowExpiredCertificate: (options.graceDays ?? 0) > 0,
    })
    return { identity, token: verified }
  } catch (error) {
    if (!(error instanceof PkiError)) throw error
    throw new OperationError('unauthenticated', error.message, { reason: `device_token_${error.code}`, cause: error })
  }
}
