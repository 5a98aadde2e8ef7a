import { z } from 'zod'
import { DriftDocument, FailedCheck, InventoryDocument, type DeviceMachine } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findDevice } from './find-device.ts'

const Inventory = InventoryDocument.partial()
const checks = z.array(FailedCheck).catch([])
const Report = z
  .object({ health: z.object({ failed: checks, warnings: checks }) })
  .catch({ health: { failed: [], warnings: [] } })

/** What a device reported of itself last: inventory, drift and failing checks. What an agent wrote otherwise is left out. */
export async function getDeviceMachine(ctx: Ctx, { id }: { id: string }): Promise<DeviceMachine> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    const where = { deviceId: id, kind: { in: ['inventory', 'drift'] } }
    const rows = await tx.deviceDocument.findMany({ where })
    const state = await tx.deviceState.findUnique({ where: { deviceId: id }, select: { report: true } })
    const { health } = Report.parse(state?.report ?? {})
    const find = <T>(kind: string, schema: z.ZodType<T>) => {
      const row = rows.find((candidate) => candidate.kind === kind)
      const document = schema.safeParse(row?.document)
      return row && document.success ? { receivedAt: row.receivedAt.toISOString(), document: document.data } : null
    }
    return {
      inventory: find('inventory', Inventory),
      drift: find('drift', DriftDocument),
      failedChecks: health.failed,
      warnings: health.warnings,
    }
  })
}
