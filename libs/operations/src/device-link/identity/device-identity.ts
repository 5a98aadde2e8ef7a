import type { Services } from '../../services.ts'

/** Who a device is, as its certificate's fingerprint tells. */
export interface DeviceIdentity {
  readonly deviceId: string
  readonly organizationId: string
  readonly incarnation: number
  readonly fingerprint: string
  readonly certificatePem: string
  readonly notAfter: Date
}

export interface IdentityOptions {
  /** Accept a certificate that has expired so many days ago at most: the way back of a device that was off for long. */
  readonly graceDays?: number
}

const dayMs = 86_400_000

/**
 * The device that a fingerprint (lower-case hex) names. `undefined` for an unknown, revoked or expired certificate, one
 * of an earlier enrollment, and a device that was removed.
 */
export async function readDeviceIdentity(
  services: Services,
  fingerprint: string,
  { graceDays = 0 }: IdentityOptions = {},
): Promise<DeviceIdentity | undefined> {
  const row = await services.db.transaction('system', (tx) =>
    tx.deviceCertificate.findUnique({
      where: { fingerprint },
      include: { device: { select: { incarnation: true, removedAt: true } } },
    }),
  )
  if (!row || row.revokedAt || row.device.removedAt || row.incarnation !== row.device.incarnation) return undefined
  if (row.notAfter.getTime() + graceDays * dayMs <= services.now().getTime()) return undefined
  const { deviceId, organizationId, incarnation, certificatePem, notAfter } = row
  return { deviceId, organizationId, incarnation, fingerprint, certificatePem, notAfter }
}

/** Which of these certificates (fingerprints) no longer let their device in. */
export async function findDeadCertificates(services: Services, fingerprints: readonly string[]): Promise<string[]> {
  if (fingerprints.length === 0) return []
  const rows = await services.db.transaction(
    'system',
    (tx) => tx.$queryRaw<{ fingerprint: string }[]>`
      SELECT given.fingerprint FROM UNNEST(${[...fingerprints]}::text[]) AS given(fingerprint)
      WHERE NOT EXISTS (
        SELECT 1 FROM device_certificate c JOIN device d ON d.id = c.device_id
        WHERE c.fingerprint = given.fingerprint AND c.revoked_at IS NULL AND c.not_after > ${services.now()}
          AND d.removed_at IS NULL AND d.incarnation = c.incarnation)`,
  )
  return rows.map(({ fingerprint }) => fingerprint)
}
