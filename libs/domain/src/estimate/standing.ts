import type { Instant } from '../rollout/view.ts'
import type { FinishEstimate } from './estimate-finish.ts'

/** How a time compares with an estimate. */
export type Standing = 'within_p50' | 'within_p90' | 'late'

/** The same in words, about a rollout that is finished. */
export const standingText = {
  within_p50: 'sooner than expected',
  within_p90: 'as expected',
  late: 'later than expected',
} as const satisfies Record<Standing, string>

const minuteMs = 60_000

/** The minute that an estimate names: it is no better than that. */
export function expectedMinute(at: Instant): Instant {
  return Math.ceil(at / minuteMs) * minuteMs
}

/**
 * How a rollout stands that is finished at `at`, or is not finished yet by then, as a clock without seconds shows it; `null`:
 * the estimate knew no end.
 */
export function standingOf({ p50, p90 }: FinishEstimate, at: Instant): Standing | null {
  if (p50 === null || p90 === null) return null
  const minute = Math.floor(at / minuteMs) * minuteMs
  if (minute <= expectedMinute(p50)) return 'within_p50'
  return minute <= expectedMinute(p90) ? 'within_p90' : 'late'
}
