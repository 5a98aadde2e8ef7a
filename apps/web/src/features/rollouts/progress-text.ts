import type { Rollout } from '@bootfleet/contracts'
import { hasEnded, targetStates } from '@bootfleet/domain'

/**
 * How many of the eligible targets booted the release and stayed healthy, and how many did not. Of a completed rollout also
 * how many are under way since: they joined late, or came back.
 */
export function progressText({ state, counts, eligible }: Pick<Rollout, 'state' | 'counts' | 'eligible'>): string {
  if (eligible === null) return 'not started'
  const failures = counts.failed + counts.timed_out + counts.rolled_back
  const late = state === 'completed' ? targetStates.filter((one) => !hasEnded(one)) : []
  const underWay = late.reduce((sum, one) => sum + counts[one], 0)
  const said = `${counts.succeeded} of ${eligible} succeeded${failures > 0 ? `, ${failures} failed` : ''}`
  return underWay > 0 ? `${said}, ${underWay} came late and ${underWay === 1 ? 'is' : 'are'} under way` : said
}
