import type { DeviceLog, Page, PageQuery } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, TimeCursor, toPage } from '../page.ts'
import { findDevice } from './find-device.ts'
import { presentLog } from './present-log.ts'

/** The logs that a device sent, the newest first; there are five at most. */
export function listDeviceLogs(ctx: Ctx, { id, cursor, limit }: PageQuery & { id: string }): Promise<Page<DeviceLog>> {
  authorize(ctx, 'fleet:read')
  const after = readCursor(TimeCursor, cursor)
  const older = after && { OR: [{ receivedAt: { lt: after[0] } }, { receivedAt: after[0], id: { lt: after[1] } }] }
  return inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    const orderBy = [{ receivedAt: 'desc' as const }, { id: 'desc' as const }]
    const rows = await tx.deviceLog.findMany({ where: { deviceId: id, ...older }, orderBy, take: limit + 1 })
    return toPage(rows, limit, { present: presentLog, keys: (row) => [row.receivedAt, row.id] })
  })
}
