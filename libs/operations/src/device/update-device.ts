import type { z } from 'zod'
import type { Device, UpdateDevice } from '@bootfleet/contracts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { findGroup } from '../group/find-group.ts'
import { emit } from '../outbox.ts'
import { appendLateJoiner } from '../rollout/append-late-joiner.ts'
import { findDevice } from './find-device.ts'
import { readDevice } from './read-device.ts'
import { wakeDeviceRollouts } from './wake-device-rollouts.ts'

export type UpdateDeviceInput = z.output<typeof UpdateDevice> & { readonly id: string }

/** Renames, relabels or moves a device. Rollouts that have a target for it decide again. */
export async function updateDevice(ctx: Ctx, { id, name, labels, group }: UpdateDeviceInput): Promise<Device> {
  authorize(ctx, 'device:write')
  return inOrganization(ctx, async (tx) => {
    const device = await findDevice(tx, ctx, id)
    const groupId = group === undefined ? device.groupId : (await findGroup(tx, ctx, group)).id
    const data = { groupId, ...(name !== undefined && { name }), ...(labels !== undefined && { labels }) }
    await tx.device.update({ where: { id }, data })
    const detail = {
      ...(name !== undefined && { name }),
      ...(labels !== undefined && { labels }),
      ...(groupId !== device.groupId && { groupFrom: device.groupId, groupTo: groupId }),
    }
    await audit(tx, ctx, { action: 'device.update', subject: { kind: 'device', id }, detail })
    await emit(tx, ctx.organizationId, [{ kind: 'device.changed', deviceIds: [id] }])
    if (labels !== undefined || groupId !== device.groupId) {
      await appendLateJoiner(tx, ctx, { id })
      await wakeDeviceRollouts(tx, ctx, id)
    }
    return readDevice(tx, ctx, id)
  })
}
