import type { Share } from './policy.ts'

/** How many devices of a group of `size` may be down at once: a count as it is, a percentage rounded down, at least 1. */
export function slotsOf(share: Share, size: number): number {
  return 'count' in share ? share.count : Math.max(1, Math.floor((share.percent * size) / 100))
}
