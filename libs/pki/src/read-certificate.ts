import { X509Certificate } from 'node:crypto'
import { PkiError } from './pki-error.ts'
import { sha256Hex } from './sha256-hex.ts'

const maxCertificateLength = 32 * 1024

/** What the control plane and the agent look at in a certificate. Fingerprint and serial are lower-case hex. */
export interface CertificateFacts {
  /** SHA-256 of the DER. */
  fingerprintSha256: string
  commonName: string | undefined
  notBefore: Date
  notAfter: Date
  serialNumber: string
}

/** Parses one certificate, PEM or DER. Throws PkiError `invalid_certificate`. It proves nothing about who issued it. */
export function parseCertificate(certificate: string | Uint8Array): X509Certificate {
  if (certificate.length > maxCertificateLength) {
    throw new PkiError('invalid_certificate', `The certificate is larger than ${maxCertificateLength} bytes`)
  }
  try {
    return new X509Certificate(certificate)
  } catch (cause) {
    throw new PkiError('invalid_certificate', 'The certificate cannot be read: expected PEM or DER', { cause })
  }
}

/** Reads a certificate (PEM or DER; of several in one PEM, the first). Throws PkiError `invalid_certificate`. */
export function readCertificate(certificate: string | Uint8Array): CertificateFacts {
  const parsed = parseCertificate(certificate)
  return {
    fingerprintSha256: sha256Hex(parsed.raw),
    commonName: commonNameOf(parsed),
    notBefore: new Date(parsed.validFrom),
    notAfter: new Date(parsed.validTo),
    serialNumber: parsed.serialNumber.toLowerCase(),
  }
}

/** SHA-256 of a certificate's DER, lower-case hex: the name by which a device's certificate is known. */
export function fingerprintOf(certificate: string | Uint8Array): string {
  return sha256Hex(parseCertificate(certificate).raw)
}

/** The `caSha256` of an enrollment document: SHA-256 of the CA certificate's DER, lower-case hex. */
export function certificateSha256(caPem: string | Uint8Array): string {
  return fingerprintOf(caPem)
}

function commonNameOf(certificate: X509Certificate): string | undefined {
  // A subject may repeat CN, which Node then gives as an array. An ambiguous name is no name.
  const commonName: unknown = certificate.toLegacyObject().subject?.CN
  return typeof commonName === 'string' ? commonName : undefined
}
