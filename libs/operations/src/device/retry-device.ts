import type { Device } from '@bootfleet/contracts'
import { failureStates } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { inOrganization, type Ctx } from '../context.ts'
import { audit } from '../audit.ts'
import { authorize } from '../authorize.ts'
import { OperationError } from '../errors.ts'
import { emit } from '../outbox.ts'
import { appendLateJoiner } from '../rollout/append-late-joiner.ts'
import { lockRollout } from '../rollout/lock-rollout.ts'
import { isRunningFor, runningStates } from '../rollout/verb-access.ts'
import { retryFailed } from '../rollout/retry-failed.ts'
import { wakeRollout } from '../rollout/wake-rollout.ts'
import { findDevice } from './find-device.ts'
import { readDevice } from './read-device.ts'

/**
 * What an operator says to a device that is stuck: its failed targets in rollouts that are under way are opened again,
 * and a device that came back ahead of this server is given new images again. Throws `conflict` when it is not stuck.
 */
export function retryDevice(ctx: Ctx, { id }: { id: string }): Promise<Device> {
  authorize(ctx, 'device:write')
  return inOrganization(ctx, async (tx) => {
    await findDevice(tx, ctx, id)
    const retried = await retryTargets(tx, ctx, id)
    const { count: released } = await tx.deviceDesired.updateMany({
      where: { deviceId: id, heldSince: { not: null } },
      data: { heldSince: null },
    })
    if (retried.length + released === 0) throw nothingToRetry()
    if (released > 0) await appendLateJoiner(tx, ctx, { id })
    await tell(tx, ctx, { id, retried, released: released > 0 })
    return readDevice(tx, ctx, id)
  })
}

// Rollouts are locked in the order of their ids, before anything of their devices.
async function retryTargets(tx: Tx, ctx: Ctx, deviceId: string): Promise<string[]> {
  const targets = await tx.rolloutTarget.findMany({
    where: {
      deviceId,
      state: { in: [...failureStates] },
      rollout: { state: { in: [...(runningStates.retry ?? []), 'completed'] } },
    },
    select: { rolloutId: true },
    orderBy: { rolloutId: 'asc' },
  })
  const retried: string[] = []
  for (const { rolloutId } of targets) {
    const rollout = await lockRollout(tx, rolloutId)
    if (!rollout || !isRunningFor(rollout, 'retry')) continue
    if ((await retryFailed(tx, ctx, { rolloutId, deviceId })) === 0) continue
    await wakeRollout(tx, ctx, rolloutId)
    retried.push(rolloutId)
  }
  return retried
}

function nothingToRetry(): OperationError {
  const message =
    'There is nothing to try again: the device failed in no rollout that is running, paused, or what its channel belongs on, and is not held back.'
  return new OperationError('conflict', message, { reason: 'nothing_to_retry' })
}

async function tell(
  tx: Tx,
  ctx: Ctx,
  { id, retried, released }: { id: string; retried: string[]; released: boolean },
): Promise<void> {
  const { organizationId, services, actor } = ctx
  const what = released ? 'gave the device new images again' : 'had the device try again'
  const because = { code: 'device.retried', message: `${actor.name} ${what}.` }
  await tx.deviceEvent.createMany({
    data: { organizationId, deviceId: id, at: services.now(), kind: 'retried', because },
  })
  await audit(tx, ctx, {
    action: 'device.retry',
    subject: { kind: 'device', id },
    detail: { rollouts: retried, released },
  })
  await emit(tx, organizationId, [{ kind: 'device.changed', deviceIds: [id] }])
}
