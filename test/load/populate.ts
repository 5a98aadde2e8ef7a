import { randomUUID } from 'node:crypto'
import { buildIdleDesired, loadAuthority } from '@bootfleet/operations'
import { createDeviceKey, createSigningRequest, issueDeviceCertificate } from '@bootfleet/pki'
import { firstImage, stateBody } from './generator/loaded-device.ts'
import type { Connectable } from './generator/protocol.ts'
import type { Site } from './site.ts'

export const channelName = 'bench'
export const repository = 'registry.bench.test/os/edge'

/** The devices of the bench. */
export interface Population {
  /** Those that connect. */
  readonly devices: readonly Connectable[]
  readonly ca: string
  /** One key for all of them: only the certificates differ. */
  readonly key: string
  /** How long one certificate took, in the bench's process. */
  readonly certificateMs: number
}

/** Writes devices as their enrollment and first report leave them, by set-based SQL, and certificates for some. */
export async function populate(site: Site, { targets, devices }: { targets: number; devices: number }) {
  await followChannel(site)
  await insertDevices(site, targets)
  await site.sql.query('ANALYZE')
  return issueCertificates(site, devices)
}

async function followChannel({ sql, organizationId, groupId }: Site): Promise<void> {
  const channelId = randomUUID()
  await sql.query(`INSERT INTO channel (id, organization_id, name, repository) VALUES ($1, $2, $3, $4)`, [
    channelId,
    organizationId,
    channelName,
    repository,
  ])
  const budget = { maxUnavailable: { count: 100_000 }, maxDownloading: 100_000 }
  await sql.query(`UPDATE device_group SET channel_id = $1, budget = $2 WHERE id = $3`, [channelId, budget, groupId])
}

/** Devices of a group as their enrollment and first report leave them. */
export async function insertDevices(
  { sql, services, organizationId, groupId }: Pick<Site, 'sql' | 'services' | 'organizationId' | 'groupId'>,
  count: number,
): Promise<void> {
  await sql.query(
    `INSERT INTO device (id, organization_id, group_id, hardware_id, name, labels, architecture, incarnation, ops)
     SELECT gen_random_uuid(), $1, $2::uuid, 'bench-' || $2::uuid || '-' || n, 'bench-' || n, '{}', 'amd64', 1, '{}'
     FROM generate_series(1, $3::int) AS n`,
    [organizationId, groupId, count],
  )
  const state = stateBody({ phase: 'idle', observedGen: 1, bootKey: 'b:0', booted: firstImage })
  await sql.query(
    `INSERT INTO device_state (device_id, organization_id, inc, epoch, seq, received_at, device_time, phase, observed_gen,
       boot_key, booted_digest, staged_locked, health, report)
     SELECT id, organization_id, 1, 0, 0, now(), '', 'idle', 1, 'b:0', $1, false, 'healthy', $2 FROM device WHERE group_id = $3`,
    [firstImage, state, groupId],
  )
  const placeholder = randomUUID()
  const { payload } = await buildIdleDesired(services, placeholder)
  await sql.query(
    `INSERT INTO device_desired (device_id, organization_id, gen, payload, hash, updated_at, accepted_gen, accepted_at)
     SELECT id, organization_id, 1, payload, 'sha256:' || encode(sha256(convert_to(payload, 'UTF8')), 'hex'), now(), 1, now()
     FROM (SELECT id, organization_id, replace($1, $2, id::text) AS payload FROM device WHERE group_id = $3) AS d`,
    [payload, placeholder, groupId],
  )
}

async function issueCertificates({ sql, services, organizationId }: Site, count: number): Promise<Population> {
  const authority = await loadAuthority(services)
  const key = createDeviceKey()
  const csrPem = await createSigningRequest(key)
  const { rows } = await sql.query<{ id: string; hash: string }>(
    `SELECT d.id::text, x.hash FROM device d JOIN device_desired x ON x.device_id = d.id ORDER BY d.id LIMIT $1`,
    [count],
  )
  const began = performance.now()
  const devices: (Connectable & { fingerprint: string; notAfter: Date })[] = []
  for (const { id, hash } of rows) {
    const facts = { csrPem, deviceId: id, organizationId, incarnation: 1, now: services.now() }
    const { certificatePem, fingerprintSha256, notAfter } = await issueDeviceCertificate(authority, facts)
    devices.push({ id, hash, gen: 1, certificate: certificatePem, fingerprint: fingerprintSha256, notAfter })
  }
  const certificateMs = (performance.now() - began) / count
  await sql.query(
    `INSERT INTO device_certificate (fingerprint, organization_id, device_id, csr_sha256, public_key_sha256,
       certificate_pem, incarnation, not_after)
     SELECT n.fingerprint, $1, n.id, n.fingerprint, n.fingerprint, n.pem, 1, n.not_after
     FROM UNNEST($2::text[], $3::uuid[], $4::text[], $5::timestamptz[]) AS n(fingerprint, id, pem, not_after)`,
    [
      organizationId,
      devices.map(({ fingerprint }) => fingerprint),
      devices.map(({ id }) => id),
      devices.map(({ certificate }) => certificate),
      devices.map(({ notAfter }) => notAfter),
    ],
  )
  return { devices, ca: authority.certificatePem, key, certificateMs }
}

/** A release of the channel for all devices, without a registry; returns its id. */
export async function insertRelease({ sql, organizationId }: Site, digest: string): Promise<string> {
  const id = randomUUID()
  await sql.query(
    `INSERT INTO release (id, organization_id, channel_id, repository, version, annotations, created_by)
     SELECT $1, $2, id, $3, $4, '{}', 'bench' FROM channel WHERE name = $5`,
    [id, organizationId, repository, digest.slice(-8), channelName],
  )
  await sql.query(
    `INSERT INTO release_manifest (release_id, architecture, organization_id, manifest_digest, config_digest, size_bytes, layers)
     VALUES ($1, 'amd64', $2, $3, $3, 1000, '[]')`,
    [id, organizationId, digest],
  )
  return id
}
