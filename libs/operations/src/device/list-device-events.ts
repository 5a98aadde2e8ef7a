import { z } from 'zod'
import { Because, type DeviceEvent, type Page, type PageQuery } from '@bootfleet/contracts'
import { Prisma } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, toPage } from '../page.ts'
import { rolloutNameSql } from '../rollout/rollout-name.ts'
import { findDevice } from './find-device.ts'

// Two append-only tables with ids of their own: time orders across them, table and id within a millisecond.
const EventCursor = z.tuple([z.iso.datetime().transform((text) => new Date(text)), z.string().regex(/^[dr]-\d{1,19}$/)])

interface Row {
  readonly id: string
  readonly at: Date
  readonly kind: string
  readonly rollout_id: string | null
  readonly rollout_name: string | null
  readonly because: unknown
}

/** What happened to a device, in rollouts and outside of them, the newest first. */
export async function listDeviceEvents(
  ctx: Ctx,
  { id, cursor, limit }: PageQuery & { id: string },
): Promise<Page<DeviceEvent>> {
  authorize(ctx, 'fleet:read')
  const [at = null, key = null] = readCursor(EventCursor, cursor) ?? []
  const rows = await inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    return tx.$queryRaw<Row[]>`
      SELECT *, ${rolloutNameSql(Prisma.sql`e.rollout_id::uuid`)} AS rollout_name FROM (
        SELECT 'd-' || lpad(id::text, 19, '0') AS id, at, kind, NULL AS rollout_id, because
        FROM device_event WHERE device_id = ${id}::uuid
        UNION ALL
        SELECT 'r-' || lpad(id::text, 19, '0'), at, kind, rollout_id::text, because
        FROM rollout_event WHERE device_id = ${id}::uuid) e
      WHERE ${at}::timestamptz IS NULL OR (e.at, e.id) < (${at}::timestamptz, ${key}::text)
      ORDER BY e.at DESC, e.id DESC LIMIT ${limit + 1}`
  })
  return toPage(rows, limit, {
    keys: (row) => [row.at, row.id],
    present: (row) => ({
      id: row.id,
      at: row.at.toISOString(),
      kind: row.kind,
      rolloutId: row.rollout_id,
      rolloutName: row.rollout_name,
      because: Because.parse(row.because),
    }),
  })
}
