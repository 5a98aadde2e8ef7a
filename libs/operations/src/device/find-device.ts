import type { Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'

/** The row of a device that is not removed. Throws `not_found`. */
export async function findDevice(tx: Tx, { organizationId }: Ctx, id: string) {
  const device = await tx.device.findFirst({ where: { organizationId, id, removedAt: null } })
  if (device === null) throw notFound('device', id)
  return device
}
