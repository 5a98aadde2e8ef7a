import { createPublicKey } from 'node:crypto'
import { PkiError } from './pki-error.ts'
import { sha256Hex } from './sha256-hex.ts'
import { Pkcs10CertificateRequest } from './x509-library.ts'

const maxCsrLength = 8 * 1024
const csrPattern =
  /^\s*-----BEGIN CERTIFICATE REQUEST-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE REQUEST-----\s*$/
/** SubjectPublicKeyInfo of a P-256 key with an uncompressed point, up to the coordinates. One key has one encoding. */
const p256SpkiPrefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex')
const p256SpkiLength = 91

/** What counts of a signing request. Hashes are lower-case hex; `csrSha256` is over the DER. */
export interface VerifiedSigningRequest {
  /** DER of the SubjectPublicKeyInfo. */
  publicKeySpki: Uint8Array
  publicKeySha256: string
  csrSha256: string
}

/**
 * Proves that the sender of a CSR (PEM, at most 8 KiB) holds its key. Subject, attributes and extensions are ignored.
 * Throws PkiError `invalid_csr`, or `unsupported_key` when the key is not P-256 or the signature not ECDSA with SHA-256.
 */
export async function verifySigningRequest(csrPem: string): Promise<VerifiedSigningRequest> {
  const der = decodePem(csrPem)
  const request = parse(der)
  const publicKeySpki = readSpki(request)
  if (!(await hasValidSignature(request))) {
    throw new PkiError('invalid_csr', 'The signing request is not signed by its own key: create a new one')
  }
  return { publicKeySpki, publicKeySha256: sha256Hex(publicKeySpki), csrSha256: sha256Hex(der) }
}

function decodePem(csrPem: string): Uint8Array {
  if (csrPem.length > maxCsrLength) {
    throw new PkiError('invalid_csr', `The signing request is larger than ${maxCsrLength} bytes`)
  }
  const body = csrPattern.exec(csrPem)?.[1]
  if (body === undefined) {
    throw new PkiError('invalid_csr', 'The signing request must be one PEM block "CERTIFICATE REQUEST"')
  }
  return new Uint8Array(Buffer.from(body, 'base64'))
}

function parse(der: Uint8Array): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(der)
  } catch (cause) {
    throw new PkiError('invalid_csr', 'The signing request is not valid DER', { cause })
  }
}

function readSpki(request: Pkcs10CertificateRequest): Uint8Array {
  let spki: Buffer
  try {
    spki = Buffer.from(request.publicKey.rawData)
  } catch (cause) {
    throw new PkiError('invalid_csr', 'The public key of the signing request cannot be read', { cause })
  }
  if (spki.length !== p256SpkiLength || !spki.subarray(0, p256SpkiPrefix.length).equals(p256SpkiPrefix)) {
    throw new PkiError('unsupported_key', 'Only P-256 keys are accepted: create the key with curve prime256v1')
  }
  try {
    createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw new PkiError('invalid_csr', 'The public key of the signing request is not a point of P-256', { cause })
  }
  return new Uint8Array(spki)
}

async function hasValidSignature(request: Pkcs10CertificateRequest): Promise<boolean> {
  let algorithm: { name?: unknown; hash?: { name?: unknown } }
  try {
    algorithm = request.signatureAlgorithm
  } catch (cause) {
    throw new PkiError('invalid_csr', 'The signature algorithm of the signing request cannot be read', { cause })
  }
  if (algorithm.name !== 'ECDSA' || algorithm.hash?.name !== 'SHA-256') {
    throw new PkiError('unsupported_key', 'The signing request must be signed with ECDSA and SHA-256')
  }
  try {
    return await request.verify()
  } catch {
    return false
  }
}
