import type { Tx } from '@bootfleet/db'
import type { TargetRowChange } from './fold-changes.ts'

export interface SlotOwner {
  readonly organizationId: string
  readonly rolloutId: string
  readonly now: Date
}

/** Takes and frees slots of the budget. A device holds one at most; its boot key tells an attempt's boot from the one before. */
export async function writeSlots(tx: Tx, owner: SlotOwner, rows: readonly TargetRowChange[]): Promise<void> {
  const freed = rows.filter(({ slot }) => slot === 'free').map(({ deviceId }) => deviceId)
  if (freed.length > 0)
    await tx.$executeRaw`DELETE FROM budget_slot WHERE device_id = ANY(${freed}::uuid[]) AND rollout_id = ${owner.rolloutId}::uuid`
  const taken = rows.filter(({ slot }) => slot === 'take')
  if (taken.length === 0) return
  await tx.$executeRaw`
    INSERT INTO budget_slot (device_id, organization_id, group_id, rollout_id, boot_key, taken_at)
    SELECT n.device_id, ${owner.organizationId}::uuid, n.group_id, ${owner.rolloutId}::uuid, n.boot_key, ${owner.now}
    FROM UNNEST(${taken.map(({ deviceId }) => deviceId)}::uuid[], ${taken.map(({ groupId }) => groupId)}::uuid[],
      ${taken.map(({ grantBootKey }) => grantBootKey ?? '')}::text[]) AS n(device_id, group_id, boot_key)
    ON CONFLICT (device_id) DO UPDATE
    SET group_id = excluded.group_id, rollout_id = excluded.rollout_id, boot_key = excluded.boot_key, taken_at = excluded.taken_at`
}
