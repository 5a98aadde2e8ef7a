import type { z } from 'zod'
import { certificateSha256, newToken } from '@bootfleet/pki'
import type { CreatedEnrollmentToken, CreateEnrollmentToken } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { OperationError } from '../errors.ts'
import { findGroup } from '../group/find-group.ts'
import { loadAuthority } from '../installation/installation-keys.ts'
import { enrollmentTokenPrefix } from '../session/token-prefixes.ts'
import { presentEnrollmentToken } from './present-enrollment-token.ts'

const dayMs = 86_400_000

/** Makes a one-time or counted token with which devices enroll. Only the answer shows it, in the document for a device. */
export async function createEnrollmentToken(
  ctx: Ctx,
  input: z.output<typeof CreateEnrollmentToken>,
): Promise<CreatedEnrollmentToken> {
  authorize(ctx, 'enrollment:write')
  const { organizationId, services, actor } = ctx
  const { certificatePem } = await loadAuthority(services)
  const now = services.now()
  const expiresAt = readExpiry(input.expiresAt, now)
  const { token, sha256, display } = newToken(enrollmentTokenPrefix)
  const id = services.newId()
  const { name, labels, maxUses, requiresApproval } = input
  return inOrganization(ctx, async (tx) => {
    const group = await findGroup(tx, ctx, input.group)
    const rules = { name, labels, maxUses, requiresApproval, groupId: group.id }
    const made = { createdBy: actor.name, createdAt: now, expiresAt }
    const row = await tx.enrollmentToken.create({
      data: { id, organizationId, display, tokenSha256: sha256, ...rules, ...made },
    })
    const detail = { name, group: group.name, maxUses, requiresApproval }
    await audit(tx, ctx, { action: 'enrollment_token.create', subject: { kind: 'enrollment_token', id }, detail })
    const document = { url: services.addresses.device, token, caSha256: certificateSha256(certificatePem) }
    return { ...presentEnrollmentToken(row, { groupName: group.name, now }), token, document }
  })
}

function readExpiry(given: string | undefined, now: Date): Date {
  if (given === undefined) return new Date(now.getTime() + dayMs)
  const expiresAt = new Date(given)
  if (expiresAt > now && expiresAt.getTime() <= now.getTime() + 366 * dayMs) return expiresAt
  throw new OperationError('invalid', 'The expiry must lie ahead, by a year at most.', { field: 'expiresAt' })
}
