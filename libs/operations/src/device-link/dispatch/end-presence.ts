import type { Services } from '../../services.ts'
import { tellChanges, type DeviceRef } from '../ingest/tell-changes.ts'
import { wakeRollouts } from '../ingest/wake-rollouts.ts'

/**
 * Takes a device that was put off its connection for gone. One that may come back at once, because it has a certificate
 * in force, speaks for itself.
 */
export async function endPresence(services: Services, deviceId: string): Promise<void> {
  const now = services.now()
  await services.db.transaction('system', async (tx) => {
    const devices = await tx.$queryRaw<DeviceRef[]>`
      UPDATE device_presence p SET online = false
      FROM device d
      WHERE p.device_id = d.id AND d.id::text = ${deviceId} AND p.online
        AND (d.removed_at IS NOT NULL OR NOT EXISTS (
          SELECT 1 FROM device_certificate c WHERE c.device_id = d.id AND c.revoked_at IS NULL AND c.not_after > ${now}))
      RETURNING p.device_id::text AS "deviceId", p.organization_id::text AS "organizationId"`
    if (devices.length === 0) return
    const rollouts = await wakeRollouts(tx, { changed: devices.map((device) => device.deviceId), online: [] }, now)
    await tellChanges(tx, { devices, rollouts })
  })
}
