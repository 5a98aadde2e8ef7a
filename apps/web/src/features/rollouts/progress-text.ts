import type { Rollout } from '@bootfleet/contracts'

/** How many of the eligible targets booted the release and stayed healthy, and how many did not. */
export function progressText({ counts, eligible }: Pick<Rollout, 'counts' | 'eligible'>): string {
  if (eligible === null) return 'not started'
  const failures = counts.failed + counts.timed_out + counts.rolled_back
  return `${counts.succeeded} of ${eligible} succeeded${failures > 0 ? `, ${failures} failed` : ''}`
}
