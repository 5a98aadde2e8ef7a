import type { FleetBoots } from '@bootfleet/contracts'

export interface BootSlot {
  /** Start, epoch milliseconds. */
  at: number
  succeeded: number
  failed: number
  /** Boots whose health was not known. */
  other: number
}

/** One slot for each bucket of the time, also for those without boots. */
export function bootSlots({ since, until, bucketSec, buckets }: FleetBoots): BootSlot[] {
  const lengthMs = bucketSec * 1000
  const first = Math.floor(Date.parse(since) / lengthMs) * lengthMs
  const known = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]))
  const count = Math.max(0, Math.floor((Date.parse(until) - first) / lengthMs) + 1)
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * lengthMs
    const { boots = 0, succeeded = 0, failed = 0 } = known.get(at) ?? {}
    return { at, succeeded, failed, other: boots - succeeded - failed }
  })
}
