import { Prisma, type Tx } from '@bootfleet/db'
import { deviceTimes } from '../../desired/build-desired.ts'
import type { Admitted } from './admit.ts'
import { newestPer } from './message-order.ts'

/** `last_seen_at` is written at most so often. */
const touchMs = 5_000

export interface PresenceChanges {
  /** Devices that came online, or did so again on another connection. */
  readonly online: readonly string[]
  readonly offline: readonly string[]
}

/**
 * A device that said hello is online on that connection, unless it already took leave of the very same one. Hellos and
 * goodbyes are given in their newest form, and only those that their device's order let through.
 */
export async function writePresence(
  tx: Tx,
  { hellos, goodbyes }: { hellos: readonly Admitted<'up/hello'>[]; goodbyes: readonly Admitted<'up/presence'>[] },
  now: Date,
): Promise<PresenceChanges> {
  const online = await writeHellos(tx, hellos, now)
  const offline = await writeGoodbyes(
    tx,
    goodbyes.filter(({ body }) => !body.online),
  )
  return { online, offline }
}

/** What `connected_ms` of a presence `p` becomes with the connection in `EXCLUDED`: another one ends the time of the last. */
export const connectedMsSql = Prisma.sql`p.connected_ms + CASE WHEN p.conn = EXCLUDED.conn THEN 0
        ELSE GREATEST(0, (extract(epoch FROM p.last_seen_at - p.connected_at) * 1000)::bigint) END`

async function writeHellos(tx: Tx, hellos: readonly Admitted<'up/hello'>[], now: Date): Promise<string[]> {
  if (hellos.length === 0) return []
  const rows = await tx.$queryRaw<{ device_id: string }[]>`
    INSERT INTO device_presence AS p (device_id, organization_id, conn, transport, gateway_id, online, connected_at,
      last_seen_at, heartbeat_sec, agent, capabilities)
    SELECT n.device_id, n.organization_id, n.conn, n.transport, n.gateway_id,
      NOT EXISTS (SELECT 1 FROM device_document g WHERE g.device_id = n.device_id AND g.kind = 'presence'
                  AND g.hash = n.conn::text AND g.document @> '{"online": false}'),
      ${now}, ${now}, ${deviceTimes.heartbeatSec}::int, n.agent, ARRAY(SELECT jsonb_array_elements_text(n.capabilities::jsonb))
    FROM UNNEST(
      ${hellos.map(({ facts }) => facts.deviceId)}::uuid[], ${hellos.map(({ facts }) => facts.organizationId)}::uuid[],
      ${hellos.map(({ body }) => body.conn)}::uuid[], ${hellos.map(({ transport }) => transport)}::text[],
      ${hellos.map(({ gatewayId }) => gatewayId)}::text[], ${hellos.map(({ body }) => body.agent)}::text[],
      ${hellos.map(({ body }) => JSON.stringify(body.caps))}::text[])
      AS n(device_id, organization_id, conn, transport, gateway_id, agent, capabilities)
    ORDER BY n.device_id
    ON CONFLICT (device_id) DO UPDATE SET
      conn = EXCLUDED.conn, transport = EXCLUDED.transport, gateway_id = EXCLUDED.gateway_id, online = EXCLUDED.online,
      connected_ms = ${connectedMsSql},
      connected_at = CASE WHEN p.conn = EXCLUDED.conn THEN p.connected_at ELSE EXCLUDED.connected_at END,
      last_seen_at = EXCLUDED.last_seen_at, heartbeat_sec = EXCLUDED.heartbeat_sec, agent = EXCLUDED.agent,
      capabilities = EXCLUDED.capabilities
    RETURNING p.device_id::text`
  return rows.map(({ device_id }) => device_id)
}

async function writeGoodbyes(tx: Tx, goodbyes: readonly Admitted<'up/presence'>[]): Promise<string[]> {
  if (goodbyes.length === 0) return []
  const rows = await tx.$queryRaw<{ device_id: string }[]>`
    WITH gone AS (
      SELECT p.device_id FROM device_presence p
      JOIN UNNEST(${goodbyes.map(({ facts }) => facts.deviceId)}::uuid[], ${goodbyes.map(({ body }) => body.conn)}::uuid[])
        AS n(device_id, conn) ON n.device_id = p.device_id AND n.conn = p.conn
      WHERE p.online ORDER BY p.device_id FOR UPDATE OF p)
    UPDATE device_presence p SET online = false FROM gone WHERE p.device_id = gone.device_id RETURNING p.device_id::text`
  return rows.map(({ device_id }) => device_id)
}

/**
 * Notes that devices were heard. A heartbeat on the current connection also brings a device back that the sweep had
 * taken for gone; returns those.
 */
export async function touchPresence(tx: Tx, messages: readonly Admitted[], now: Date): Promise<string[]> {
  const heard = newestPer(messages, ({ facts }) => facts.deviceId)
  if (heard.length === 0) return []
  const conns = new Map(
    messages.flatMap((message) => (message.kind === 'tm/hb' ? [[message.facts.deviceId, message.body.conn]] : [])),
  )
  const ids = heard.map(({ facts }) => facts.deviceId)
  const rows = await tx.$queryRaw<{ device_id: string; back: boolean }[]>`
    WITH heard AS (
      SELECT p.device_id, NOT p.online AND n.conn = p.conn AS back FROM device_presence p
      JOIN UNNEST(${ids}::uuid[], ${ids.map((id) => conns.get(id) ?? null)}::uuid[]) AS n(device_id, conn) USING (device_id)
      WHERE p.last_seen_at < ${new Date(now.getTime() - touchMs)} OR (NOT p.online AND n.conn = p.conn)
      ORDER BY p.device_id FOR UPDATE OF p)
    UPDATE device_presence p SET last_seen_at = ${now}, online = p.online OR COALESCE(heard.back, false)
    FROM heard WHERE p.device_id = heard.device_id
    RETURNING p.device_id::text, COALESCE(heard.back, false) AS back`
  return rows.filter(({ back }) => back).map(({ device_id }) => device_id)
}
