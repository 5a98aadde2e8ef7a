import type { EnrollmentClaim } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import type { LockedToken } from './enrollment-token.ts'

/**
 * The device that a machine says it is, if an operator has to decide about that: a hardware id is no secret, and whoever
 * names it ends the certificates of the device. A machine that was installed again is not connected, and comes with a token
 * of the device's group.
 */
export async function readClaim(
  tx: Tx,
  { organization_id: organizationId, group_id: groupId }: LockedToken,
  hardwareId: string,
): Promise<EnrollmentClaim | null> {
  const device = await tx.device.findFirst({
    where: { organizationId, hardwareId, removedAt: null },
    select: { id: true, name: true, groupId: true, presence: { select: { online: true } } },
  })
  if (device === null) return null
  const { id, name } = device
  if (device.presence?.online === true) return { device: { id, name }, why: 'connected' }
  return device.groupId === groupId ? null : { device: { id, name }, why: 'other_group' }
}
