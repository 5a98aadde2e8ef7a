import type { Device } from '@bootfleet/contracts'
import { Prisma, type Tx } from '@bootfleet/db'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { readDeviceRows } from './device-row.ts'
import { presentDevices } from './present-device.ts'

/** One device as the API serves it. Throws `not_found`. */
export async function readDevice(tx: Tx, { organizationId }: Ctx, id: string): Promise<Device> {
  const rows = await readDeviceRows(tx, { organizationId, where: [Prisma.sql`d.id = ${id}::uuid`], limit: 1 })
  const [device] = await presentDevices(tx, organizationId, rows)
  if (device === undefined) throw notFound('device', id)
  return device
}
