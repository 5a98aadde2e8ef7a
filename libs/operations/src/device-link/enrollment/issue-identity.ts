import type { EnrollResponse } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { VerifiedSigningRequest } from '@bootfleet/pki'
import { audit } from '../../audit.ts'
import type { Ctx } from '../../context.ts'
import { readAuthority, readPublicSigningKeys } from '../../installation/installation-keys.ts'
import { emit } from '../../outbox.ts'
import type { Services } from '../../services.ts'
import { createCertificate } from './create-certificate.ts'
import type { LockedToken } from './enrollment-token.ts'
import { putDevice, type EnrolledDevice, type Machine } from './put-device.ts'
import { refuseForeignKey } from './verify-csr.ts'

export interface IdentityRequest {
  readonly enrollmentId: string
  readonly token: LockedToken
  readonly machine: Machine
  readonly csr: string
  readonly verified: VerifiedSigningRequest
  readonly remoteAddress: string
}

/** Makes the requesting machine a device: its row, a certificate, and the end of its earlier certificates. */
export async function issueIdentity(tx: Tx, services: Services, request: IdentityRequest): Promise<EnrollResponse> {
  const { token, machine, csr, verified, enrollmentId } = request
  const organizationId = token.organization_id
  const known = await tx.device.findUnique({
    where: { organizationId_hardwareId: { organizationId, hardwareId: machine.hardwareId } },
    select: { id: true },
  })
  await refuseForeignKey(tx, verified, known?.id)
  const device = await putDevice(tx, services, { token, machine })
  const { incarnation } = device
  const certificate = await createCertificate(tx, services, {
    deviceId: device.id,
    organizationId,
    incarnation,
    csr,
    verified,
  })
  const now = services.now()
  const { count: revoked } = await tx.deviceCertificate.updateMany({
    where: { deviceId: device.id, revokedAt: null, fingerprint: { not: certificate.fingerprint } },
    data: { revokedAt: now },
  })
  await tx.enrollment.update({
    where: { id: enrollmentId },
    data: { state: 'issued', deviceId: device.id, decidedAt: now },
  })
  await record(tx, services, { request, device, revoked })
  return issuedResponse(tx, services, { deviceId: device.id, incarnation, certificatePem: certificate.certificatePem })
}

/** The answer for a certificate that was issued. */
export async function issuedResponse(
  tx: Tx,
  services: Services,
  { deviceId, incarnation, certificatePem }: { deviceId: string; incarnation: number; certificatePem: string },
): Promise<EnrollResponse> {
  const { certificatePem: ca } = await readAuthority(tx, services)
  const keys = (await readPublicSigningKeys(tx)).map(({ kid, kty, crv, x, y }) => ({ kid, kty, crv, x, y }))
  const { mqtt, device: https } = services.addresses
  return { state: 'issued', device: deviceId, inc: incarnation, certificate: certificatePem, ca, mqtt, https, keys }
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
