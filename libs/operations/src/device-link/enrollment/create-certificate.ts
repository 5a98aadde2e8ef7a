import type { Tx } from '@bootfleet/db'
import { certifyDeviceKey, type VerifiedSigningRequest } from '@bootfleet/pki'
import { readAuthority } from '../../installation/installation-keys.ts'
import type { Services } from '../../services.ts'

export interface CertificateFor {
  readonly deviceId: string
  readonly organizationId: string
  readonly incarnation: number
  readonly verified: VerifiedSigningRequest
}

export interface CreatedCertificate {
  readonly fingerprint: string
  readonly certificatePem: string
  readonly ca: string
}

/** Issues a device certificate (90 days) and keeps it. */
export async function createCertificate(
  tx: Tx,
  services: Services,
  input: CertificateFor,
): Promise<CreatedCertificate> {
  const { deviceId, organizationId, incarnation, verified } = input
  const authority = await readAuthority(tx, services)
  const now = services.now()
  const issued = await certifyDeviceKey(authority, { request: verified, deviceId, organizationId, incarnation, now })
  await tx.deviceCertificate.create({
    data: {
      fingerprint: issued.fingerprintSha256,
      organizationId,
      deviceId,
      csrSha256: verified.csrSha256,
      publicKeySha256: verified.publicKeySha256,
      certificatePem: issued.certificatePem,
      incarnation,
      notAfter: issued.notAfter,
      createdAt: now,
    },
  })
  return { fingerprint: issued.fingerprintSha256, certificatePem: issued.certificatePem, ca: authority.certificatePem }
}
