import type { Device } from '@bootfleet/contracts'
import { inOrganization, type Ctx } from '../context.ts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { notFound } from '../errors.ts'
import { loadPublicSigningKeys } from '../installation/installation-keys.ts'
import { appendLateJoiner } from '../rollout/append-late-joiner.ts'
import { bumpCounter } from './bump-counter.ts'
import { findDevice } from './find-device.ts'
import { readDevice } from './read-device.ts'
import { wakeDeviceRollouts } from './wake-device-rollouts.ts'

/**
 * Lifts the quarantine of one digest, or of all. The device is told to forget its own list, and rollouts look at it
 * again. Throws `not_found` for a digest that is not quarantined; lifting all of none is fine.
 */
export async function unquarantineDevice(
  ctx: Ctx,
  { id, digest }: { id: string; digest?: string | undefined },
): Promise<Device> {
  authorize(ctx, 'device:write')
  const keys = await loadPublicSigningKeys(ctx.services)
  return inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    const { count } = await tx.deviceQuarantine.updateMany({
      where: { deviceId: id, liftedAt: null, ...(digest !== undefined && { digest }) },
      data: { liftedAt: ctx.services.now() },
    })
    if (count === 0 && digest !== undefined) throw notFound('quarantined_digest', digest)
    if (count > 0) {
      await bumpCounter(tx, ctx, { deviceId: id, counter: 'unquarantine', keys })
      const detail = { digest: digest ?? 'all', lifted: count }
      await audit(tx, ctx, { action: 'device.unquarantine', subject: { kind: 'device', id }, detail })
      await appendLateJoiner(tx, ctx, { id })
      await wakeDeviceRollouts(tx, ctx, id)
    }
    return readDevice(tx, ctx, id)
  })
}
