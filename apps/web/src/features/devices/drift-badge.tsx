import { Badge } from '../../ui/badge.tsx'

/** Says that a device is not just its image, and in how many places. */
export function DriftBadge({ count }: { count: number | null }) {
  if (count === null || count === 0) return null
  return <Badge state={count === 1 ? '1 difference' : `${count} differences`} tone="attention" />
}
