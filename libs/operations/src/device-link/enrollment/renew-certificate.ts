import { OperationError } from '../../errors.ts'
import type { Services } from '../../services.ts'
import type { DeviceIdentity } from '../identity/device-identity.ts'
import { readAuthority } from '../../installation/installation-keys.ts'
import { createCertificate } from './create-certificate.ts'
import { refuseForeignKey, verifyCsr } from './verify-csr.ts'

export interface RenewedCertificate {
  readonly certificate: string
  readonly ca: string
}

/**
 * A new certificate for a device that proved to hold `identity`. The one it came with stays in force until it expires,
 * so a lost reply locks nobody out; certificates of earlier renewals end. The same signing request gets the same
 * certificate again. Throws `invalid`, `conflict`, `unauthenticated`.
 */
export async function renewCertificate(
  services: Services,
  identity: DeviceIdentity,
  csr: string,
): Promise<RenewedCertificate> {
  const verified = await verifyCsr(csr)
  const { deviceId, organizationId } = identity
  return services.db.transaction('system', async (tx) => {
    const [device] = await tx.$queryRaw<{ incarnation: number }[]>`
      SELECT incarnation FROM device WHERE id = ${deviceId}::uuid AND removed_at IS NULL FOR UPDATE`
    if (device?.incarnation !== identity.incarnation)
      throw new OperationError('unauthenticated', 'This device was removed or enrolled again. Enroll it anew.', {
        reason: 'certificate_revoked',
      })
    const issued = await tx.deviceCertificate.findFirst({
      where: { deviceId, csrSha256: verified.csrSha256, revokedAt: null, notAfter: { gt: services.now() } },
    })
    if (issued) return { certificate: issued.certificatePem, ca: (await readAuthority(tx, services)).certificatePem }
    await refuseForeignKey(tx, verified, deviceId)
    const { incarnation } = device
    const created = await createCertificate(tx, services, { deviceId, organizationId, incarnation, verified })
    await tx.deviceCertificate.updateMany({
      where: { deviceId, revokedAt: null, fingerprint: { notIn: [created.fingerprint, identity.fingerprint] } },
      data: { revokedAt: services.now() },
    })
    return { certificate: created.certificatePem, ca: created.ca }
  })
}
