import type { Device } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readDevice } from './read-device.ts'

/** One device. */
export async function getDevice(ctx: Ctx, { id }: { id: string }): Promise<Device> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, (tx) => readDevice(tx, ctx, id))
}
