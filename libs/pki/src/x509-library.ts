// The library's dependency injection needs the Reflect metadata API to be there before it is loaded.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { cryptoProvider } from '@peculiar/x509'

cryptoProvider.set(webcrypto)

export {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
export type { JsonGeneralName } from '@peculiar/x509'

/** The only signature algorithm of this system's certificates. */
export const ecdsaWithSha256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
