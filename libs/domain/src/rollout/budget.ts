import type { Because } from './because.ts'
import type { Share } from './policy.ts'
import type { BucketsView, BucketView, GroupView } from './view.ts'

/**
 * How many of `size` devices may be down at once: a count as it is, a percentage rounded down, at least 1. Nobody only
 * where nobody is meant, by 0.
 */
export function slotsOf(share: Share, size: number): number {
  if ('count' in share) return share.count
  return share.percent === 0 ? 0 : Math.max(1, Math.floor((share.percent * size) / 100))
}

/** A group's budget as it becomes while a turn is decided. Local to the turn. */
export interface BudgetState {
  readonly view: GroupView
  slotsTaken: number
  /** By value of the label, `null` for devices without it: slots taken in this turn, less those freed. */
  readonly taken: Map<string | null, number>
}

/** Notes that a device of this value of the label took a slot, or freed it. */
export function countSlot(budget: BudgetState, value: string | null, by: 1 | -1): void {
  budget.slotsTaken += by
  budget.taken.set(value, (budget.taken.get(value) ?? 0) + by)
}

/** What of the budget keeps a device with this value of the label from its grant; `undefined` when nothing does. */
export function whyNoSlot(budget: BudgetState, value: string | null): Because | undefined {
  const { view, slotsTaken } = budget
  if (slotsTaken >= view.slots) return groupFull(view, slotsTaken)
  if (!view.buckets) return undefined
  const { slots, taken, holders } = bucketOf(view.buckets, value)
  const now = taken + (budget.taken.get(value) ?? 0)
  return now < slots ? undefined : bucketFull(view.buckets, { value, slots, taken: now, holders })
}

/** Why devices of a group are granted nothing now, whoever they are; buckets that are full one by one. Empty: they may be. */
export function whyNoGrants(view: GroupView): Because[] {
  if (view.closed) return [view.closed]
  if (view.slotsTaken >= view.slots) return [groupFull(view, view.slotsTaken)]
  const { buckets } = view
  if (!buckets) return []
  return buckets.of.filter(({ taken, slots }) => taken >= slots).map((bucket) => bucketFull(buckets, bucket))
}

function bucketOf({ of, rest }: BucketsView, value: string | null): BucketView {
  return of.find((bucket) => bucket.value === value) ?? { value, slots: rest, taken: 0, holders: [] }
}

function groupFull({ slots, holders = [] }: GroupView, taken: number): Because {
  const message = `${taken} of ${slots} devices of the group may be down and are${heldBy(holders, taken)}.`
  return { code: 'budget.full', message, slots, taken, ...named(holders) }
}

/** Why no further device of a bucket may be down. */
export function bucketFull({ label }: BucketsView, { value, slots, taken, holders }: BucketView): Because {
  const whose = value === null ? `devices without the label "${label}"` : `devices with ${label}=${value}`
  const message = `${taken} of ${slots} ${whose} may be down and are${heldBy(holders, taken)}.`
  return { code: 'budget.bucket_full', message, label, value, slots, taken, ...named(holders) }
}

function heldBy(holders: readonly string[], taken: number): string {
  if (holders.length === 0) return ''
  return `: ${holders.join(', ')}${taken > holders.length ? ' and others' : ''}`
}

function named(holders: readonly string[]): { holders?: string } {
  return holders.length === 0 ? {} : { holders: holders.join(', ') }
}
