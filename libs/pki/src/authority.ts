import { X509Certificate as NodeCertificate } from 'node:crypto'
import { PkiError } from './pki-error.ts'
import { createPrivateKeyPem, importKeyPair, readPrivateKey } from './private-key.ts'
import { randomSerialNumber, validityFrom } from './validity.ts'
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  ecdsaWithSha256,
} from './x509-library.ts'

const defaultValidDays = 3650

/** A certificate and its private key (PKCS#8), both PEM. */
export interface CertificateWithKey {
  certificatePem: string
  privateKeyPem: string
}

/** What signs certificates. Keep `privateKeyPem` sealed at rest. */
export type Authority = CertificateWithKey

/** A new self-signed P-256 CA that may sign end certificates and CRLs, but no further CA. Default: ten years. */
export async function createAuthority(input: {
  commonName: string
  now: Date
  validDays?: number
}): Promise<Authority> {
  if (input.commonName.length === 0 || input.commonName.length > 64) {
    throw new PkiError('invalid_name', 'The common name of an authority must have 1 to 64 characters')
  }
  const privateKeyPem = createPrivateKeyPem()
  const keys = await importKeyPair(privateKeyPem)
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [input.commonName] }],
    keys,
    signingAlgorithm: ecdsaWithSha256,
    serialNumber: randomSerialNumber(),
    ...validityFrom(input.now, input.validDays ?? defaultValidDays),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: `${certificate.toString('pem').trim()}\n`, privateKeyPem }
}

/** Refuses an authority whose halves do not belong together or that is no CA. Throws PkiError `invalid_authority`. */
export function assertAuthority(authority: Authority): void {
  let certificate: NodeCertificate
  try {
    certificate = new NodeCertificate(authority.certificatePem)
  } catch (cause) {
    throw new PkiError('invalid_authority', 'The certificate of the authority cannot be read', { cause })
  }
  if (!certificate.ca || !certificate.checkPrivateKey(readPrivateKey(authority.privateKeyPem))) {
    throw new PkiError(
      'invalid_authority',
      'The authority must be a CA certificate together with its own private key: check which files were loaded',
    )
  }
}
