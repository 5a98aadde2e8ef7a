import type { Authority } from './authority.ts'
import { PkiError } from './pki-error.ts'
import { prepareAuthority } from './prepare-authority.ts'
import { randomSerialNumber, validityFrom } from './validity.ts'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  ecdsaWithSha256,
} from './x509-library.ts'
import type { ExtendedKeyUsage, JsonGeneralName } from './x509-library.ts'

/** An end certificate, as far as its kind decides it. */
export interface CertificateTemplate {
  commonName: string
  alternativeNames: JsonGeneralName[]
  usage: ExtendedKeyUsage
  /** DER of the SubjectPublicKeyInfo. */
  publicKeySpki: Uint8Array
  now: Date
  validDays: number
}

/** Signs an end certificate (PEM). It never outlives the authority. Throws PkiError `authority_expired` and others. */
export async function issueCertificate(authority: Authority, template: CertificateTemplate): Promise<string> {
  const { issuer, privateKey, keyIdentifier } = await prepareAuthority(authority)
  const { notBefore, notAfter } = validityFrom(template.now, template.validDays)
  if (issuer.notAfter <= template.now) {
    throw new PkiError(
      'authority_expired',
      `The authority expired at ${issuer.notAfter.toISOString()}: create a new one`,
    )
  }
  const certificate = await X509CertificateGenerator.create({
    issuer: issuer.subjectName,
    subject: [{ CN: [template.commonName] }],
    serialNumber: randomSerialNumber(),
    notBefore,
    notAfter: notAfter < issuer.notAfter ? notAfter : issuer.notAfter,
    publicKey: template.publicKeySpki,
    signingKey: privateKey,
    signingAlgorithm: ecdsaWithSha256,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([template.usage]),
      new SubjectAlternativeNameExtension(template.alternativeNames),
      keyIdentifier,
    ],
  })
  return `${certificate.toString('pem').trim()}\n`
}
