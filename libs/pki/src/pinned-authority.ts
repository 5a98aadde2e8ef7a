import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { PkiError } from './pki-error.ts'
import { parseCertificate } from './read-certificate.ts'
import { sha256Hex } from './sha256-hex.ts'

const maxChainLength = 8

/**
 * Picks the CA that an enrollment document pins out of the chain (DER each) that a server presented.
 * Throws PkiError `pin_mismatch`: then this is not our server, and it must not see the token.
 */
export function findPinnedAuthority(chain: readonly Uint8Array[], caSha256: string): string {
  const pinned = chain.slice(0, maxChainLength).find((der) => sha256Hex(der) === caSha256.toLowerCase())
  const certificate = pinned === undefined ? undefined : parseCertificate(pinned)
  if (certificate?.ca !== true) {
    throw new PkiError(
      'pin_mismatch',
      'The server does not present the CA that the enrollment document pins: check the address and caSha256',
    )
  }
  return certificate.toString()
}

/**
 * Asks a TLS server for its chain, sends it nothing, and returns the CA with the pinned hash as PEM. Anyone can show a
 * CA, so this proves nothing about the server: the next connection does, when it uses the result as its only `ca`
 * with Node's normal checks. Throws PkiError `pin_mismatch` or `connection_failed`.
 */
export async function fetchPinnedAuthority(input: {
  host: string
  port: number
  caSha256: string
  timeoutMs: number
}): Promise<string> {
  return findPinnedAuthority(await fetchChain(input), input.caSha256)
}

function fetchChain(input: { host: string; port: number; timeoutMs: number }): Promise<Uint8Array[]> {
  const { host, port, timeoutMs } = input
  return new Promise((resolve, reject) => {
    // The chain is wanted here, not the server's proof: verification is the job of the connection that follows.
    const servername = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ host, port, rejectUnauthorized: false, ...servername })
    const fail = (why: string, cause?: unknown): void => {
      clearTimeout(deadline)
      socket.destroy()
      reject(new PkiError('connection_failed', `Cannot read the certificates of ${host}:${port}: ${why}`, { cause }))
    }
    const deadline = setTimeout(() => fail(`no TLS handshake within ${timeoutMs} ms`), timeoutMs)
    socket.once('error', (error) => fail(error.message, error))
    socket.once('close', () => fail('the connection was closed'))
    socket.once('secureConnect', () => {
      clearTimeout(deadline)
      resolve(chainOf(socket))
      socket.destroy()
    })
  })
}

function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = []
  let current: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  while (current?.raw !== undefined && chain.length < maxChainLength) {
    chain.push(current.raw)
    // A self-signed certificate is its own issuer.
    current = current.issuerCertificate === current ? undefined : current.issuerCertificate
  }
  return chain
}
