import type { TLSSocket } from 'node:tls'
import { readCertificate } from '@bootfleet/pki'

/** The certificate at the other end of a TLS connection. */
export interface TlsPeer {
  readonly fingerprint: string
  /** Its common name; a device's is its id. */
  readonly commonName: string | undefined
  /** Issued by the device CA and in force. */
  readonly authorized: boolean
  /** Issued by the device CA, but no longer in force. */
  readonly expired: boolean
}

/** Reads the peer's certificate; `undefined` when it showed none. */
export function tlsPeerOf(socket: TLSSocket): TlsPeer | undefined {
  const certificate = socket.getPeerX509Certificate()
  if (!certificate) return undefined
  const { fingerprintSha256, commonName } = readCertificate(certificate.raw)
  // Typed as an Error, it is the error's code.
  const problem: unknown = socket.authorizationError
  return {
    fingerprint: fingerprintSha256,
    commonName,
    authorized: socket.authorized,
    expired: problem === 'CERT_HAS_EXPIRED',
  }
}
