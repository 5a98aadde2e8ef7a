import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { emit } from '../outbox.ts'
import { findDevice } from './find-device.ts'
import { wakeDeviceRollouts } from './wake-device-rollouts.ts'

/** Removes a device: revokes its certificates, frees its slot, closes its connection. Its history stays. */
export async function removeDevice(ctx: Ctx, { id }: { id: string }): Promise<void> {
  authorize(ctx, 'device:write')
  const { organizationId, services, actor } = ctx
  const now = services.now()
  await inOrganization(ctx, async (tx) => {
    const { name, hardwareId } = await findDevice(tx, ctx, id)
    // Rollouts are locked before anything of their devices, as their own turns do it.
    await wakeDeviceRollouts(tx, ctx, id)
    await tx.device.update({ where: { id }, data: { removedAt: now } })
    await tx.deviceCertificate.updateMany({ where: { deviceId: id, revokedAt: null }, data: { revokedAt: now } })
    await tx.budgetSlot.deleteMany({ where: { deviceId: id } })
    const because = { code: 'device.removed', message: `${actor.name} removed the device.` }
    await tx.deviceEvent.createMany({ data: { organizationId, deviceId: id, at: now, kind: 'removed', because } })
    await audit(tx, ctx, { action: 'device.remove', subject: { kind: 'device', id }, detail: { name, hardwareId } })
    await emit(tx, organizationId, [
      { kind: 'device.changed', deviceIds: [id] },
      { kind: 'device.kick', deviceId: id, why: 'removed' },
    ])
  })
}
