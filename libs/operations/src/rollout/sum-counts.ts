import type { TargetCounts } from '@bootfleet/contracts'
import { targetStates } from '@bootfleet/domain'
import type { TargetCount } from './target-counts.ts'

/** Counts of every state, those that no row names being 0. */
export function sumCounts(rows: readonly Pick<TargetCount, 'state' | 'count'>[]): TargetCounts {
  const counts = Object.fromEntries(targetStates.map((state) => [state, 0])) as TargetCounts
  for (const { state, count } of rows) counts[state] += count
  return counts
}
