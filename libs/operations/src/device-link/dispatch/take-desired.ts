import { Prisma } from '@bootfleet/db'
import type { Services } from '../../services.ts'
import { heldBackSql } from './held-back-sql.ts'

/** After the first, second, third sending; then hello and heartbeats repair what is still missing. */
const ladderSec = [30, 90, 480] as const
const heldRetrySec = 5

/** A document that is to be signed and sent now. */
export interface DesiredToSend {
  readonly deviceId: string
  readonly gen: number
  readonly hash: string
  readonly payload: string
  readonly transport: string
}

interface Row {
  device_id: string
  gen: bigint
  hash: string
  payload: string
  transport: string
  held: boolean
}

/**
 * Takes the documents that are due for devices online on one of `gatewayIds`, and plans their next sending. Several
 * gateways may ask at once: each document is given to one. While an organization or a group is frozen, or its window has
 * closed, a document with a grant stays where it is.
 */
export async function takeDesiredToSend(
  services: Services,
  { gatewayIds, limit }: { gatewayIds: readonly string[]; limit: number },
): Promise<DesiredToSend[]> {
  const now = services.now()
  const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
  const rows = await services.db.transaction(
    'system',
    (tx) => tx.$queryRaw<Row[]>`
      WITH due AS (
        SELECT x.device_id, p.transport,
          ${heldBackSql(now, Prisma.sql`p.conn`)} AS held
        FROM device_desired x
        JOIN device_presence p ON p.device_id = x.device_id
        JOIN device d ON d.id = x.device_id
        JOIN device_group g ON g.id = d.group_id
        JOIN organization o ON o.id = d.organization_id
        WHERE x.send_at <= ${now} AND p.online AND p.gateway_id = ANY(${[...gatewayIds]}::text[]) AND d.removed_at IS NULL
        ORDER BY x.send_at LIMIT ${limit} FOR UPDATE OF x SKIP LOCKED)
      UPDATE device_desired x
      SET send_attempts = CASE WHEN due.held THEN x.send_attempts ELSE x.send_attempts + 1 END,
          send_at = CASE WHEN due.held THEN ${later(heldRetrySec)}::timestamptz
                         WHEN x.send_attempts = 0 THEN ${later(ladderSec[0])}::timestamptz
                         WHEN x.send_attempts = 1 THEN ${later(ladderSec[1])}::timestamptz
                         WHEN x.send_attempts = 2 THEN ${later(ladderSec[2])}::timestamptz END
      FROM due WHERE x.device_id = due.device_id
      RETURNING x.device_id::text, x.gen, x.hash, x.payload, due.transport, due.held`,
  )
  return rows
    .filter(({ held }) => !held)
    .map(({ device_id, gen, hash, payload, transport }) => ({
      deviceId: device_id,
      gen: Number(gen),
      hash,
      payload,
      transport,
    }))
}
