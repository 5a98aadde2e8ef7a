import type { EnrollmentClaim, EnrollRequest, EnrollResponse } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { VerifiedSigningRequest } from '@bootfleet/pki'
import { OperationError } from '../../errors.ts'
import { emit } from '../../outbox.ts'
import type { Services } from '../../services.ts'
import { lockToken, takeUse, type LockedToken } from './enrollment-token.ts'
import { readClaim } from './read-claim.ts'
import { issueIdentity, repeatResponse } from './issue-identity.ts'
import { verifyCsr } from './verify-csr.ts'

const pendingRetrySec = 15

interface Attempt {
  readonly request: EnrollRequest
  readonly token: LockedToken
  readonly verified: VerifiedSigningRequest
  readonly remoteAddress: string
}

interface Enrollment {
  id: string
  state: string
  deviceId: string | null
}

/**
 * Lets a machine in by its token. The same signing request with the same token gets the same answer again and takes no
 * further use, so a lost reply is harmless. A token that needs approval gives `pending` until an operator decided, and so
 * does a machine that claims to be a device that is connected, or in another group than the token's.
 * Throws `unauthenticated`, `invalid`, `conflict` (a key that another device uses), `forbidden` (rejected).
 */
export async function enrollDevice(
  services: Services,
  request: EnrollRequest,
  remoteAddress: string,
): Promise<EnrollResponse> {
  const verified = await verifyCsr(request.csr)
  return services.db.transaction('system', async (tx) => {
    const token = await lockToken(tx, request.token)
    const attempt = { request, token, verified, remoteAddress }
    const earlier = await tx.enrollment.findUnique({
      where: { tokenId_csrSha256: { tokenId: token.id, csrSha256: verified.csrSha256 } },
    })
    return earlier ? answerAgain(tx, services, { ...attempt, earlier }) : answerFirst(tx, services, attempt)
  })
}

async function answerFirst(tx: Tx, services: Services, attempt: Attempt): Promise<EnrollResponse> {
  const { token } = attempt
  await takeUse(tx, token, services.now())
  const claims = await readClaim(tx, token, attempt.request.hardwareId)
  const enrollmentId = await openEnrollment(tx, services, { ...attempt, claims })
  if (!token.requires_approval && claims === null) return issue(tx, services, { ...attempt, enrollmentId })
  await emit(tx, token.organization_id, [{ kind: 'enrollment.changed', enrollmentId }])
  return { state: 'pending', retryAfterSec: pendingRetrySec }
}

async function openEnrollment(
  tx: Tx,
  { newId, now }: Services,
  attempt: Attempt & { claims: EnrollmentClaim | null },
): Promise<string> {
  const { request, token, verified, remoteAddress, claims } = attempt
  const { hardwareId, csr, architecture, agent } = request
  const { id } = await tx.enrollment.create({
    data: {
      id: newId(),
      organizationId: token.organization_id,
      tokenId: token.id,
      state: 'pending',
      hardwareId,
      csr,
      csrSha256: verified.csrSha256,
      request: {
        architecture,
        agent,
        remoteAddress,
        ...(claims && { claims }),
        ...(request.hostname !== undefined && { hostname: request.hostname }),
        ...(request.booted && { booted: JSON.parse(JSON.stringify(request.booted)) }),
      },
      createdAt: now(),
    },
  })
  return id
}

async function answerAgain(
  tx: Tx,
  services: Services,
  { earlier, ...attempt }: Attempt & { earlier: Enrollment },
): Promise<EnrollResponse> {
  if (earlier.state === 'approved') return issue(tx, services, { ...attempt, enrollmentId: earlier.id })
  if (earlier.state === 'issued') return repeatIssued(tx, services, attempt)
  if (earlier.state === 'pending') return { state: 'pending', retryAfterSec: pendingRetrySec }
  throw new OperationError('forbidden', 'An operator rejected this enrollment. Ask for a new enrollment document.', {
    reason: 'enrollment_rejected',
  })
}

async function repeatIssued(tx: Tx, services: Services, { verified, token }: Attempt): Promise<EnrollResponse> {
  const certificate = await tx.deviceCertificate.findFirst({
    where: { csrSha256: verified.csrSha256, organizationId: token.organization_id, revokedAt: null },
    orderBy: { createdAt: 'desc' },
  })
  if (certificate) return repeatResponse(tx, services, certificate)
  const message = 'The certificate of this enrollment was revoked. Create a new key and enroll with a new document.'
  throw new OperationError('unauthenticated', message, { reason: 'certificate_revoked' })
}

function issue(tx: Tx, services: Services, attempt: Attempt & { enrollmentId: string }): Promise<EnrollResponse> {
  const { request, ...rest } = attempt
  const { hardwareId, architecture, hostname } = request
  const machine = { hardwareId, architecture, ...(hostname !== undefined && { hostname }) }
  return issueIdentity(tx, services, { ...rest, machine })
}
