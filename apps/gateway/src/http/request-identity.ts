import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import {
  OperationError,
  readDeviceIdentity,
  verifyDeviceToken,
  type DeviceIdentity,
  type Services,
} from '@bootfleet/operations'
import { tlsPeerOf } from '../broker/tls-peer.ts'

/** How long after its end a certificate is good for getting the next one. */
const renewalGraceDays = 90

export type ReadRequestIdentity = (
  request: FastifyRequest,
  options?: { forRenewal?: boolean },
) => Promise<DeviceIdentity>

/**
 * Who sends a request: the certificate of the TLS connection, or a token that the device signed with that certificate's
 * key where TLS ends at a proxy. Throws `unauthenticated`.
 */
export function createRequestIdentity(
  services: Services,
  readCached: (fingerprint: string) => Promise<DeviceIdentity | undefined>,
): ReadRequestIdentity {
  return async (request, { forRenewal = false } = {}) => {
    const options = forRenewal ? { graceDays: renewalGraceDays } : {}
    const peer = request.raw.socket instanceof TLSSocket ? tlsPeerOf(request.raw.socket) : undefined
    if (peer?.authorized || (forRenewal && peer?.expired)) {
      const { fingerprint } = peer
      return inForce(await (forRenewal ? readDeviceIdentity(services, fingerprint, options) : readCached(fingerprint)))
    }
    return (await verifyDeviceToken(services, bearerOf(request), options)).identity
  }
}

function bearerOf({ headers }: FastifyRequest): string {
  const token = /^bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (token !== undefined) return token
  throw new OperationError('unauthenticated', 'Show the device’s certificate, or a token signed with its key.')
}

function inForce(identity: DeviceIdentity | undefined): DeviceIdentity {
  if (identity) return identity
  throw new OperationError('unauthenticated', 'The certificate is not in force. Renew it or enroll again.', {
    reason: 'certificate_not_in_force',
  })
}
