import type { Device } from '@bootfleet/contracts'
import { inOrganization, type Ctx } from '../context.ts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { loadPublicSigningKeys } from '../installation/installation-keys.ts'
import { bumpCounter } from './bump-counter.ts'
import { findDevice } from './find-device.ts'
import { readDevice } from './read-device.ts'

/** Asks a device to reboot once, as soon as it can be told. */
export async function rebootDevice(ctx: Ctx, { id }: { id: string }): Promise<Device> {
  authorize(ctx, 'device:write')
  const keys = await loadPublicSigningKeys(ctx.services)
  return inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    await bumpCounter(tx, ctx, { deviceId: id, counter: 'reboot', keys })
    await audit(tx, ctx, { action: 'device.reboot', subject: { kind: 'device', id } })
    return readDevice(tx, ctx, id)
  })
}
