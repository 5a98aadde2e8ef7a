import { createPublicKey } from 'node:crypto'
import { isIP } from 'node:net'
import type { Authority, CertificateWithKey } from './authority.ts'
import { issueCertificate } from './issue-certificate.ts'
import { PkiError } from './pki-error.ts'
import { createPrivateKeyPem, readPrivateKey } from './private-key.ts'
import { ExtendedKeyUsage } from './x509-library.ts'
import type { JsonGeneralName } from './x509-library.ts'

const maxNames = 64
const dnsName = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** A server certificate, its key, and what a TLS listener should present. */
export interface ServerCertificate extends CertificateWithKey {
  /** The certificate followed by the CA: devices that pin the CA by its hash must be able to see it. */
  chainPem: string
}

/**
 * A key and a certificate for a TLS listener that is reached by `names` (DNS names and IP addresses).
 * Throws PkiError `invalid_name`.
 */
export async function issueServerCertificate(
  authority: Authority,
  input: { names: string[]; now: Date; validDays: number },
): Promise<ServerCertificate> {
  if (input.names.length === 0 || input.names.length > maxNames) {
    throw new PkiError('invalid_name', `A server certificate needs 1 to ${maxNames} names`)
  }
  const alternativeNames = input.names.map(toGeneralName)
  const privateKeyPem = createPrivateKeyPem()
  const publicKeySpki = createPublicKey(readPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'der' })
  const certificatePem = await issueCertificate(authority, {
    commonName: 'bootfleet server',
    alternativeNames,
    usage: ExtendedKeyUsage.serverAuth,
    publicKeySpki,
    now: input.now,
    validDays: input.validDays,
  })
  return { certificatePem, privateKeyPem, chainPem: certificatePem + authority.certificatePem }
}

function toGeneralName(name: string): JsonGeneralName {
  if (isIP(name) !== 0) return { type: 'ip', value: name }
  const value = name.toLowerCase()
  if (value.length > 253 || !dnsName.test(value)) {
    throw new PkiError('invalid_name', `${JSON.stringify(name.slice(0, 80))} is neither a DNS name nor an IP address`)
  }
  return { type: 'dns', value }
}
