import type { DeviceLogText } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { findDevice } from './find-device.ts'
import { presentLog, readLogText } from './present-log.ts'

/** One log of a device with its text. */
export function getDeviceLog(ctx: Ctx, { id, log }: { id: string; log: string }): Promise<DeviceLogText> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    const row = await tx.deviceLog.findFirst({ where: { id: log, deviceId: id } })
    if (row === null) throw notFound('log', log)
    return { ...presentLog(row), text: readLogText(row) }
  })
}
