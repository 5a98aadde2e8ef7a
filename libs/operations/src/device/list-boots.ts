import { z } from 'zod'
import type { Boot, Page, PageQuery } from '@bootfleet/contracts'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { readCursor, toPage } from '../page.ts'
import { findDevice } from './find-device.ts'

const BootCursor = z.tuple([z.iso.datetime().transform((text) => new Date(text)), z.string().max(80)])
const Detail = z.record(z.string(), z.unknown()).catch({})

/** Boot records of a device, the newest first. */
export async function listBoots(ctx: Ctx, { id, cursor, limit }: PageQuery & { id: string }): Promise<Page<Boot>> {
  authorize(ctx, 'fleet:read')
  const [at, key] = readCursor(BootCursor, cursor) ?? []
  const after =
    at === undefined || key === undefined
      ? {}
      : { OR: [{ receivedAt: { lt: at } }, { receivedAt: at, bootKey: { lt: key } }] }
  const rows = await inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    const orderBy = [{ receivedAt: 'desc' as const }, { bootKey: 'desc' as const }]
    return tx.bootRecord.findMany({ where: { deviceId: id, ...after }, orderBy, take: limit + 1 })
  })
  return toPage(rows, limit, {
    keys: ({ receivedAt, bootKey }) => [receivedAt, bootKey],
    present: ({ bootKey, receivedAt, bootedDigest, targetDigest, outcome, health, durationMs, detail }) => ({
      bootKey,
      receivedAt: receivedAt.toISOString(),
      bootedDigest,
      targetDigest,
      outcome,
      health,
      durationMs,
      detail: Detail.parse(detail),
    }),
  })
}
