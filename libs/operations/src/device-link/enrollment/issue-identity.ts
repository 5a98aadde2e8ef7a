import type { EnrollResponse } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { VerifiedSigningRequest } from '@bootfleet/pki'
import { audit } from '../../audit.ts'
import type { Ctx } from '../../context.ts'
import type { PublicKeys } from '../../desired/build-desired.ts'
import { readAuthority, readPublicSigningKeys } from '../../installation/installation-keys.ts'
import { emit } from '../../outbox.ts'
import { appendLateJoiner } from '../../rollout/append-late-joiner.ts'
import type { Services } from '../../services.ts'
import { createCertificate } from './create-certificate.ts'
import type { LockedToken } from './enrollment-token.ts'
import { lockDevice, putDevice, type EnrolledDevice, type Machine } from './put-device.ts'
import { refuseForeignKey } from './verify-csr.ts'

export interface IdentityRequest {
  readonly enrollmentId: string
  readonly token: LockedToken
  readonly machine: Machine
  readonly verified: VerifiedSigningRequest
  readonly remoteAddress: string
}

/** Makes the requesting machine a device: its row, a certificate, and the end of its earlier certificates. */
export async function issueIdentity(tx: Tx, services: Services, request: IdentityRequest): Promise<EnrollResponse> {
  const { token, machine, verified, enrollmentId } = request
  const organizationId = token.organization_id
  const known = await lockDevice(tx, organizationId, machine.hardwareId)
  await refuseForeignKey(tx, verified, known?.id)
  const keys = await readPublicSigningKeys(tx)
  const device = await putDevice(tx, services, { token, machine, keys, known })
  const { incarnation } = device
  const certificate = await createCertificate(tx, services, {
    deviceId: device.id,
    organizationId,
    incarnation,
    verified,
  })
  const now = services.now()
  const revoked = device.again ? await revokeOthers(tx, { device, fingerprint: certificate.fingerprint, now }) : 0
  await tx.enrollment.update({
    where: { id: enrollmentId },
    data: { state: 'issued', deviceId: device.id, decidedAt: now },
  })
  await record(tx, services, { request, device, revoked })
  return issuedResponse(services, { deviceId: device.id, incarnation, ...certificate }, keys)
}

async function revokeOthers(
  tx: Tx,
  { device, fingerprint, now }: { device: EnrolledDevice; fingerprint: string; now: Date },
): Promise<number> {
  const { count } = await tx.deviceCertificate.updateMany({
    where: { deviceId: device.id, revokedAt: null, fingerprint: { not: fingerprint } },
    data: { revokedAt: now },
  })
  return count
}

interface Issued {
  readonly deviceId: string
  readonly incarnation: number
  readonly certificatePem: string
  readonly ca: string
}

/** The answer for a certificate that was issued before. */
export async function repeatResponse(tx: Tx, services: Services, issued: Omit<Issued, 'ca'>): Promise<EnrollResponse> {
  const { certificatePem: ca } = await readAuthority(tx, services)
  return issuedResponse(services, { ...issued, ca }, await readPublicSigningKeys(tx))
}

function issuedResponse({ addresses }: Services, issued: Issued, keys: PublicKeys): EnrollResponse {
  const { deviceId, incarnation, certificatePem, ca } = issued
  return {
    state: 'issued',
    device: deviceId,
    inc: incarnation,
    certificate: certificatePem,
    ca,
    mqtt: addresses.mqtt,
    https: addresses.device,
    keys: keys.map(({ kid, kty, crv, x, y }) => ({ kid, kty, crv, x, y })),
  }
}

interface Enrolled {
  readonly request: IdentityRequest
  readonly device: EnrolledDevice
  readonly revoked: number
}

async function record(tx: Tx, services: Services, { request, device, revoked }: Enrolled): Promise<void> {
  const { token, remoteAddress, enrollmentId, machine } = request
  const organizationId = token.organization_id
  const ctx: Ctx = { services, organizationId, actor: { kind: 'device', id: device.id, name: device.name } }
  const detail = { token: token.name, incarnation: device.incarnation, remoteAddress, hardwareId: machine.hardwareId }
  await appendLateJoiner(tx, ctx, device)
  await audit(tx, ctx, { action: 'device.enroll', subject: { kind: 'device', id: device.id }, detail })
  const message = device.again
    ? `Enrolled again with the token "${token.name}"; the certificates of its earlier enrollment were revoked.`
    : `Enrolled with the token "${token.name}".`
  const code = device.again ? 're_enrolled' : 'enrolled'
  await tx.deviceEvent.createMany({
    data: {
      organizationId,
      deviceId: device.id,
      at: services.now(),
      kind: code,
      because: { code, message, ...detail },
    },
  })
  await emit(tx, organizationId, [
    { kind: 'device.changed', deviceIds: [device.id] },
    { kind: 'enrollment.changed', enrollmentId },
    ...(revoked > 0 ? [{ kind: 'device.kick', deviceId: device.id, why: 'revoked' } as const] : []),
  ])
}
