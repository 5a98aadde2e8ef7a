import type { Event } from '@bootfleet/contracts'
import type { Tx } from '@bootfleet/db'
import { emit } from '../../outbox.ts'
import type { RolloutRef } from './wake-rollouts.ts'

const idsPerEvent = 100

/** A device with its organization. */
export interface DeviceRef {
  readonly deviceId: string
  readonly organizationId: string
}

/** Writes the hints that devices changed and rollouts are due, organization by organization. */
export async function tellChanges(
  tx: Tx,
  { devices, rollouts }: { devices: readonly DeviceRef[]; rollouts: readonly RolloutRef[] },
): Promise<void> {
  const organizations = new Set([...devices, ...rollouts].map(({ organizationId }) => organizationId))
  for (const organizationId of [...organizations].toSorted()) {
    const ids = devices.filter((device) => device.organizationId === organizationId).map(({ deviceId }) => deviceId)
    const due = rollouts.filter((rollout) => rollout.organizationId === organizationId)
    const events: Event[] = due.map(({ rolloutId }) => ({ kind: 'rollout.due', rolloutId }))
    for (let at = 0; at < ids.length; at += idsPerEvent)
      events.push({ kind: 'device.changed', deviceIds: ids.slice(at, at + idsPerEvent) })
    await emit(tx, organizationId, events)
  }
}
