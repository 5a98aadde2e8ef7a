import type { Authority } from './authority.ts'
import { issueCertificate } from './issue-certificate.ts'
import { PkiError } from './pki-error.ts'
import { readCertificate } from './read-certificate.ts'
import { verifySigningRequest } from './verify-signing-request.ts'
import type { VerifiedSigningRequest } from './verify-signing-request.ts'
import { ExtendedKeyUsage } from './x509-library.ts'

const defaultValidDays = 90
const deviceIdPattern = /^[a-z0-9][a-z0-9-]{0,62}$/
const organizationIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/

/** A device's certificate and the facts that the device row keeps. Fingerprint and serial are lower-case hex. */
export interface DeviceCertificate {
  certificatePem: string
  fingerprintSha256: string
  serialNumber: string
  notBefore: Date
  notAfter: Date
}

/** Whom the certificate names. */
export interface DeviceNames {
  deviceId: string
  organizationId: string
  /** Grows by one with each enrollment of the same hardware. */
  incarnation: number
  now: Date
  /** Default 90. */
  validDays?: number
}

/** The CSR gives the key and nothing else. */
export interface DeviceCertificateInput extends DeviceNames {
  csrPem: string
}

/**
 * Verifies the CSR and issues a client certificate: CN is the device id, the SAN is
 * `bootfleet://<organization>/<device>/<incarnation>`. Throws PkiError `invalid_csr`, `unsupported_key`, `invalid_name`.
 */
export async function issueDeviceCertificate(
  authority: Authority,
  input: DeviceCertificateInput,
): Promise<DeviceCertificate> {
  return certifyDeviceKey(authority, { ...input, request: await verifySigningRequest(input.csrPem) })
}

/** The same for a signing request that has been verified. Throws PkiError `invalid_name`. */
export async function certifyDeviceKey(
  authority: Authority,
  input: DeviceNames & { request: VerifiedSigningRequest },
): Promise<DeviceCertificate> {
  assertNames(input)
  const { deviceId, organizationId, incarnation, request } = input
  const certificatePem = await issueCertificate(authority, {
    commonName: deviceId,
    alternativeNames: [{ type: 'url', value: `bootfleet://${organizationId}/${deviceId}/${incarnation}` }],
    usage: ExtendedKeyUsage.clientAuth,
    publicKeySpki: request.publicKeySpki,
    now: input.now,
    validDays: input.validDays ?? defaultValidDays,
  })
  const { fingerprintSha256, serialNumber, notBefore, notAfter } = readCertificate(certificatePem)
  return { certificatePem, fingerprintSha256, serialNumber, notBefore, notAfter }
}

function assertNames({ deviceId, organizationId, incarnation }: DeviceNames): void {
  if (!deviceIdPattern.test(deviceId)) throw new PkiError('invalid_name', 'The device id has the wrong form')
  if (!organizationIdPattern.test(organizationId)) {
    throw new PkiError('invalid_name', 'The organization id has the wrong form')
  }
  if (!Number.isSafeInteger(incarnation) || incarnation < 0) {
    throw new PkiError('invalid_name', 'The incarnation must be a whole number from 0')
  }
}
