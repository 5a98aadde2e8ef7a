import type { Services } from '../../services.ts'
import { tellChanges, type DeviceRef } from '../ingest/tell-changes.ts'
import { wakeRollouts } from '../ingest/wake-rollouts.ts'

const chunk = 1000
/** A document that is due for so long, of a device that is not there, waits for its hello. */
const parkMs = 10_000

/**
 * Takes devices for gone that were not heard for two and a half heartbeats, and their documents off the list of what is
 * to be sent: their next hello puts them back. Returns how many went offline.
 */
export async function expirePresence(services: Services): Promise<number> {
  let total = 0
  for (let expired = chunk; expired === chunk; total += expired) expired = await expireChunk(services)
  for (let parked = chunk; parked === chunk;) parked = await parkChunk(services)
  return total
}

function expireChunk(services: Services): Promise<number> {
  const now = services.now()
  return services.db.transaction('system', async (tx) => {
    const devices = await tx.$queryRaw<DeviceRef[]>`
      WITH silent AS (
        SELECT device_id FROM device_presence
        WHERE online AND last_seen_at + make_interval(secs => heartbeat_sec * 2.5) < ${now}
        ORDER BY device_id LIMIT ${chunk} FOR UPDATE SKIP LOCKED)
      UPDATE device_presence p SET online = false FROM silent WHERE p.device_id = silent.device_id
      RETURNING p.device_id::text AS "deviceId", p.organization_id::text AS "organizationId"`
    const changed = devices.map(({ deviceId }) => deviceId)
    const rollouts = await wakeRollouts(tx, { changed, online: [] }, now)
    await tellChanges(tx, { devices, rollouts })
    return devices.length
  })
}

function parkChunk(services: Services): Promise<number> {
  const before = new Date(services.now().getTime() - parkMs)
  return services.db.transaction(
    'system',
    (tx) => tx.$executeRaw`
      WITH waiting AS (
        SELECT x.device_id FROM device_desired x LEFT JOIN device_presence p ON p.device_id = x.device_id
        WHERE x.send_at < ${before} AND p.online IS NOT TRUE
        ORDER BY x.device_id LIMIT ${chunk} FOR UPDATE OF x SKIP LOCKED)
      UPDATE device_desired x SET send_at = NULL FROM waiting WHERE x.device_id = waiting.device_id`,
  )
}
