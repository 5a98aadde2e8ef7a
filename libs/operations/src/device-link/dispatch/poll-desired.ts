import { Prisma } from '@bootfleet/db'
import { deviceTimes } from '../../desired/build-desired.ts'
import { emit } from '../../outbox.ts'
import { connectedMsSql } from '../ingest/write-presence.ts'
import type { Services } from '../../services.ts'
import type { DeviceIdentity } from '../identity/device-identity.ts'
import { wakeRollouts } from '../ingest/wake-rollouts.ts'
import { heldBackSql } from './held-back-sql.ts'

export interface Poll {
  readonly identity: DeviceIdentity
  readonly conn: string
  readonly gatewayId: string
  /** What the device has. */
  readonly gen: number
  readonly hash?: string
}

export interface PollAnswer {
  /** The document that the device should have, when it has another. */
  readonly desired?: { readonly gen: number; readonly hash: string; readonly payload: string }
  /** The device knows of a document that this server does not: let it say hello. */
  readonly resync: boolean
}

interface Row {
  gen: bigint
  hash: string
  payload: string
  held: boolean
  moved: boolean
}

/**
 * A device polls over HTTPS: as long as it does, that is its connection. Gives it the document that it should have,
 * unless it has it; one with a grant is kept back while its organization or group is frozen, and once its window has closed.
 */
export function pollDesired(services: Services, poll: Poll): Promise<PollAnswer> {
  const { identity, conn, gatewayId } = poll
  const { deviceId, organizationId } = identity
  const now = services.now()
  return services.db.transaction('system', async (tx) => {
    const [row] = await tx.$queryRaw<Row[]>`
      WITH before AS (SELECT conn, online FROM device_presence WHERE device_id = ${deviceId}::uuid),
      here AS (
        INSERT INTO device_presence AS p (device_id, organization_id, conn, transport, gateway_id, online, connected_at,
          last_seen_at, heartbeat_sec, agent, capabilities)
        VALUES (${deviceId}::uuid, ${organizationId}::uuid, ${conn}::uuid, 'https', ${gatewayId}, true, ${now}, ${now},
          ${deviceTimes.heartbeatSec}::int, '', '{}')
        ON CONFLICT (device_id) DO UPDATE SET
          conn = EXCLUDED.conn, transport = 'https', gateway_id = EXCLUDED.gateway_id, online = true, last_seen_at = ${now},
          connected_ms = ${connectedMsSql},
          connected_at = CASE WHEN p.conn = EXCLUDED.conn THEN p.connected_at ELSE ${now} END
        RETURNING device_id)
      SELECT x.gen, x.hash, x.payload,
        ${heldBackSql(now, Prisma.sql`${conn}`)} AS held,
        NOT EXISTS (SELECT 1 FROM before WHERE before.conn = ${conn}::uuid AND before.online) AS moved
      FROM here JOIN device_desired x USING (device_id) JOIN device d ON d.id = x.device_id
      JOIN device_group g ON g.id = d.group_id JOIN organization o ON o.id = d.organization_id`
    if (!row) return { resync: false }
    if (row.moved) {
      const rollouts = await wakeRollouts(tx, { changed: [deviceId], online: [deviceId] }, now)
      const due = rollouts.map(({ rolloutId }) => ({ kind: 'rollout.due', rolloutId }) as const)
      await emit(tx, organizationId, [{ kind: 'device.changed', deviceIds: [deviceId] }, ...due])
    }
    return answerOf(row, poll)
  })
}

function answerOf({ gen, hash, payload, held }: Row, poll: Poll): PollAnswer {
  const stored = Number(gen)
  if (poll.gen > stored) return { resync: true }
  if (held || (poll.gen === stored && (poll.hash === undefined || poll.hash === hash))) return { resync: false }
  if (poll.gen === stored) return { resync: true }
  return { resync: false, desired: { gen: stored, hash, payload } }
}
