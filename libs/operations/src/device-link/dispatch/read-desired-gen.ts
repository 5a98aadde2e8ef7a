import type { Services } from '../../services.ts'

/** The number of the desired document that a device should have; 0 when there is none. */
export async function readDesiredGen(services: Services, deviceId: string): Promise<number> {
  const row = await services.db.transaction('system', (tx) =>
    tx.deviceDesired.findUnique({ where: { deviceId }, select: { gen: true } }),
  )
  return Number(row?.gen ?? 0)
}
