import type { Device } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { inOrganization, type Ctx } from '../context.ts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { findRelease } from '../release/find-release.ts'
import { appendLateJoiner } from '../rollout/append-late-joiner.ts'
import { findDevice } from './find-device.ts'
import { readDevice } from './read-device.ts'
import { wakeDeviceRollouts } from './wake-device-rollouts.ts'

/**
 * Keeps a device out of the rollouts of every other release: it is taken out of those that have not granted it yet. What
 * it runs stays as it is; a rollout of the release moves it there. Throws `invalid` for a release without an image for it.
 */
export function pinDevice(ctx: Ctx, { id, release }: { id: string; release: string }): Promise<Device> {
  authorize(ctx, 'device:write')
  return inOrganization(ctx, async (tx) => {
    const { architecture } = await findDevice(tx, ctx, id)
    const { id: releaseId, version } = await findRelease(tx, ctx, release)
    await requireImage(tx, { releaseId, architecture })
    return setPin(tx, ctx, { deviceId: id, releaseId, because: pinned(ctx, version ?? releaseId) })
  })
}

/** Lets a device take part in all rollouts of its channel again. One that is not pinned stays as it is. */
export function unpinDevice(ctx: Ctx, { id }: { id: string }): Promise<Device> {
  authorize(ctx, 'device:write')
  return inOrganization(ctx, async (tx) => {
    const { pinnedReleaseId } = await findDevice(tx, ctx, id)
    if (pinnedReleaseId === null) return readDevice(tx, ctx, id)
    const because = { code: 'device.unpinned', message: `${ctx.actor.name} unpinned the device.` }
    return setPin(tx, ctx, { deviceId: id, releaseId: null, because })
  })
}

function pinned({ actor }: Ctx, release: string) {
  return { code: 'device.pinned', message: `${actor.name} pinned the device to ${release}.` }
}

async function requireImage(
  tx: Tx,
  { releaseId, architecture }: { releaseId: string; architecture: string },
): Promise<void> {
  const found = await tx.releaseManifest.count({ where: { releaseId, architecture } })
  if (found > 0) return
  const message = `The release has no image for ${architecture}, which the device is. Pin it to one that has.`
  throw new OperationError('invalid', message, { reason: 'no_manifest', field: 'release' })
}

interface Pin {
  readonly deviceId: string
  readonly releaseId: string | null
  readonly because: { readonly code: string; readonly message: string }
}

async function setPin(tx: Tx, ctx: Ctx, { deviceId, releaseId, because }: Pin): Promise<Device> {
  const { organizationId, services } = ctx
  const verb = releaseId === null ? 'unpin' : 'pin'
  await wakeDeviceRollouts(tx, ctx, deviceId)
  await tx.device.update({ where: { id: deviceId }, data: { pinnedReleaseId: releaseId } })
  const event = { organizationId, deviceId, at: services.now(), kind: `${verb}ned`, because }
  if (releaseId === null) await appendLateJoiner(tx, ctx, { id: deviceId })
  await tx.deviceEvent.createMany({ data: event })
  const subject = { kind: 'device', id: deviceId }
  await audit(tx, ctx, { action: `device.${verb}`, subject, detail: { release: releaseId } })
  await emit(tx, organizationId, [{ kind: 'device.changed', deviceIds: [deviceId] }])
  return readDevice(tx, ctx, deviceId)
}
