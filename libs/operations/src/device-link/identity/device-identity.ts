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

interface Row {
  fingerprint: string
  deviceId: string
  organizationId: string
  incarnation: number
  certificatePem: string
  notAfter: Date
}

/**
 * The device that a fingerprint (lower-case hex) names. `undefined` for an unknown, revoked or expired certificate, one
 * of an earlier enrollment, and a device that was removed.
 */
export async function readDeviceIdentity(
  services: Services,
  fingerprint: string,
  options: IdentityOptions = {},
): Promise<DeviceIdentity | undefined> {
  return (await readDeviceIdentities(services, [fingerprint], options)).get(fingerprint)
}

/** The same for many at once; those that name no device in force are missing from the answer. */
export async function readDeviceIdentities(
  services: Services,
  fingerprints: readonly string[],
  { graceDays = 0 }: IdentityOptions = {},
): Promise<Map<string, DeviceIdentity>> {
  const inForceAfter = new Date(services.now().getTime() - graceDays * dayMs)
  const rows = await services.db.transaction(
    'system',
    (tx) => tx.$queryRaw<Row[]>`
      SELECT c.fingerprint, c.device_id::text AS "deviceId", c.organization_id::text AS "organizationId", c.incarnation,
        c.certificate_pem AS "certificatePem", c.not_after AS "notAfter"
      FROM device_certificate c JOIN device d ON d.id = c.device_id
      WHERE c.fingerprint = ANY(${[...fingerprints]}::text[]) AND c.revoked_at IS NULL AND c.not_after > ${inForceAfter}
        AND d.removed_at IS NULL AND d.incarnation = c.incarnation`,
  )
  return new Map(rows.map((row) => [row.fingerprint, row]))
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
