import type { PeerCertificate, TLSSocket } from 'node:tls'

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
  // An empty object without a certificate. A subject may repeat CN, which is an array then: an ambiguous name is no name.
  const { fingerprint256, subject }: Partial<PeerCertificate> = socket.getPeerCertificate()
  if (fingerprint256 === undefined) return undefined
  const commonName: unknown = subject?.CN
  // Typed as an Error, it is the error's code.
  const problem: unknown = socket.authorizationError
  return {
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
    commonName: typeof commonName === 'string' ? commonName : undefined,
    authorized: socket.authorized,
    expired: problem === 'CERT_HAS_EXPIRED',
  }
}
