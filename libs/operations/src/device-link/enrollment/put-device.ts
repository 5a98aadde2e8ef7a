import type { EnrollRequest } from '@bootfleet/contracts'
import type { Prisma, Tx } from '@bootfleet/db'
import { buildDesired, encodeDesired, idleContent, type PublicKeys } from '../../desired/build-desired.ts'
import type { Services } from '../../services.ts'
import type { LockedToken } from './enrollment-token.ts'

/** A device row after its enrollment. */
export interface EnrolledDevice {
  readonly id: string
  readonly name: string
  readonly incarnation: number
  /** Whether this hardware was enrolled before. */
  readonly again: boolean
}

interface DeviceRow {
  id: string
  name: string
  incarnation: number
  removed: boolean
}

interface Put {
  readonly token: LockedToken
  readonly machine: Machine
  /** Those that the device may trust. */
  readonly keys: PublicKeys
  /** The device of this hardware, locked. */
  readonly known: DeviceRow | undefined
}

/** What of an enrollment request is kept of the machine. */
export type Machine = Pick<EnrollRequest, 'hardwareId' | 'architecture' | 'hostname'>

/**
 * The device of this hardware in the token's organization: a new row, or the existing one in its next incarnation.
 * A device that is known keeps its name, group and labels, unless it had been removed.
 */
export function putDevice(tx: Tx, services: Services, put: Put): Promise<EnrolledDevice> {
  const { token, machine, known } = put
  return known ? enrollAgain(tx, { existing: known, token, machine }) : enrollNew(tx, services, put)
}

/** The device of this hardware, removed or not, locked until the transaction ends. */
export async function lockDevice(tx: Tx, organizationId: string, hardwareId: string): Promise<DeviceRow | undefined> {
  const [row] = await tx.$queryRaw<DeviceRow[]>`
    SELECT id::text, name, incarnation, removed_at IS NOT NULL AS removed FROM device
    WHERE organization_id = ${organizationId}::uuid AND hardware_id = ${hardwareId} FOR UPDATE`
  return row
}

async function enrollNew(tx: Tx, services: Services, put: Put): Promise<EnrolledDevice> {
  const { now, newId } = services
  const { token, machine, keys } = put
  const [id, name, at] = [newId(), machine.hostname || machine.hardwareId, now()]
  const inserted = await tx.$executeRaw`
    INSERT INTO device (id, organization_id, group_id, hardware_id, name, labels, architecture, incarnation, ops, enrolled_at)
    VALUES (${id}::uuid, ${token.organization_id}::uuid, ${token.group_id}::uuid, ${machine.hardwareId}, ${name},
            ${JSON.stringify(token.labels)}::jsonb, ${machine.architecture}, 1, '{}', ${at})
    ON CONFLICT (organization_id, hardware_id) DO NOTHING`
  // Somebody else enrolled the same hardware in between.
  if (inserted === 0)
    return putDevice(tx, services, {
      ...put,
      known: await lockDevice(tx, token.organization_id, machine.hardwareId),
    })
  const document = buildDesired({ content: idleContent(id), gen: 1, issuedAt: at, keys })
  await tx.deviceDesired.create({
    data: { deviceId: id, organizationId: token.organization_id, gen: 1n, updatedAt: at, ...encodeDesired(document) },
  })
  return { id, name, incarnation: 1, again: false }
}

async function enrollAgain(
  tx: Tx,
  { existing, token, machine }: { existing: DeviceRow; token: LockedToken; machine: Machine },
): Promise<EnrolledDevice> {
  const { id, name, removed } = existing
  const incarnation = existing.incarnation + 1
  const labels = token.labels as Prisma.InputJsonValue
  await tx.device.update({
    where: { id },
    data: {
      incarnation,
      architecture: machine.architecture,
      removedAt: null,
      ...(removed && { groupId: token.group_id, labels }),
    },
  })
  await tx.devicePresence.updateMany({ where: { deviceId: id }, data: { online: false } })
  return { id, name, incarnation, again: true }
}
