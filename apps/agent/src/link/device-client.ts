import { fingerprintOf, maxDeviceTokenTtlSec, signDeviceToken } from '@bootfleet/pki'
import type { Identity } from '../identity/identity.ts'
import { readClock } from '../clock.ts'
import { requestJson } from './https-client.ts'
import type { HttpsRequest, HttpsResponse } from './https-client.ts'

export type DeviceRequest = Omit<HttpsRequest, 'url' | 'tls' | 'headers'> & { path: string }
export type AskServer = (request: DeviceRequest) => Promise<HttpsResponse>

/**
 * Asks the control plane as this device: by its certificate, and by a token signed with the key of that, which counts
 * where TLS ends at a proxy that passes no certificate on. One token serves for half of its life.
 */
export function createDeviceClient({ identity, key }: { identity: Identity; key: string }): AskServer {
  const fingerprint = fingerprintOf(identity.certificate)
  const audience = identity.https
  let token = ''
  let goodUntil = 0
  const currentToken = async (): Promise<string> => {
    const { mono } = readClock()
    if (mono < goodUntil) return token
    const claims = { deviceId: identity.device, fingerprint, audience, now: new Date(), ttlSec: maxDeviceTokenTtlSec }
    token = await signDeviceToken(key, claims)
    goodUntil = mono + (maxDeviceTokenTtlSec * 1000) / 2
    return token
  }
  return async ({ path, ...request }) =>
    requestJson({
      ...request,
      url: new URL(path, identity.https).href,
      tls: { ca: identity.ca, cert: identity.certificate, key },
      headers: { authorization: `Bearer ${await currentToken()}` },
    })
}
