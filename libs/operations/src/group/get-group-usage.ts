import type { GroupUsage } from '@bootfleet/contracts'
import { busyStates, type BucketView } from '@bootfleet/domain'
import type { Tx } from '@bootfleet/db'
import { authorize } from '../authorize.ts'
import { inOrganization, type Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import { loadGroups } from '../rollout/load-groups.ts'
import { findGroup } from './find-group.ts'

const maxBuckets = 100

/** How much of a group's budget is used now, as the next turn of any rollout would read it. Reads the slots that are held. */
export function getGroupUsage(ctx: Ctx, { group }: { group: string }): Promise<GroupUsage> {
  authorize(ctx, 'fleet:read')
  return inOrganization(ctx, async (tx) => {
    const { id } = await findGroup(tx, ctx, group)
    const { [id]: view } = await loadGroups(tx, { groupIds: [id], now: ctx.services.now(), respectWindows: true })
    if (!view) throw notFound('group', group)
    const { slots, slotsTaken, downloading, maxDownloading, buckets, closed } = view
    return {
      ...(await countHolders(tx, id)),
      slots,
      taken: slotsTaken,
      free: Math.max(0, slots - slotsTaken),
      downloading,
      maxDownloading,
      label: buckets?.label ?? null,
      buckets: (buckets?.of ?? []).toSorted(byRoom).slice(0, maxBuckets).map(toBucket),
      closed,
    }
  })
}

async function countHolders(tx: Tx, groupId: string): Promise<{ devices: number; notBack: number }> {
  const rows = await tx.$queryRaw<{ devices: number; notBack: number }[]>`
    SELECT (SELECT coalesce(sum(n.count), 0)::int FROM device_group_count n WHERE n.group_id = ${groupId}::uuid) AS devices,
      (SELECT count(*)::int FROM budget_slot b
        LEFT JOIN rollout_target t ON t.rollout_id = b.rollout_id AND t.device_id = b.device_id
        WHERE b.group_id = ${groupId}::uuid AND (t.state IS NULL OR t.state <> ALL(${[...busyStates]}::text[]))) AS "notBack"`
  return rows[0] ?? { devices: 0, notBack: 0 }
}

function byRoom(one: BucketView, other: BucketView): number {
  return one.slots - one.taken - (other.slots - other.taken) || (String(one.value) < String(other.value) ? -1 : 1)
}

function toBucket({ value, slots, taken, holders }: BucketView): GroupUsage['buckets'][number] {
  return { value, slots, taken, holders: [...(holders ?? [])] }
}
