import type { Device } from '@bootfleet/contracts'
import { inOrganization, type Ctx } from '../context.ts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { loadPublicSigningKeys } from '../installation/installation-keys.ts'
import { bumpCounter } from './bump-counter.ts'
import { findDevice } from './find-device.ts'
import { readDevice } from './read-device.ts'

/** Asks a device to send its logs once, as soon as it can be told. */
export async function collectLogs(ctx: Ctx, { id }: { id: string }): Promise<Device> {
  authorize(ctx, 'device:write')
  const keys = await loadPublicSigningKeys(ctx.services)
  return inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    await bumpCounter(tx, ctx, { deviceId: id, counter: 'collectLogs', keys })
    await audit(tx, ctx, { action: 'device.collect_logs', subject: { kind: 'device', id } })
    return readDevice(tx, ctx, id)
  })
}
