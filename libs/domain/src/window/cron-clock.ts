import type { Instant } from '../rollout/instant.ts'
import { cronFires } from './cron-fires.ts'
import type { WindowClock } from './window-clock.ts'
import type { CronWindow } from './window.ts'

const minuteMs = 60_000
const dayMs = 1440 * minuteMs
const longestBlockMs = 32 * dayMs

interface Stretch {
  readonly from: Instant
  to: Instant
}

/**
 * Prepares a window to be asked about `now` and what comes after it, forwards. Each firing is taken from the calendar
 * itself: no interval is derived from two of them, so an irregular expression is as good as any. Throws a RangeError for
 * what is no expression or no zone.
 */
export function cronClock({ cron, durationMin, timezone }: CronWindow, now: Instant): WindowClock {
  const durationMs = durationMin * minuteMs
  const stretches: Stretch[] = []
  let known = now - durationMs - 1
  let blockMs = 2 * dayMs
  const knowUntil = (upTo: Instant) => {
    while (known < upTo) {
      const to = Math.max(known + blockMs, now)
      for (const fire of cronFires(cron, timezone, { from: known + 1, to })) extend(stretches, fire, durationMs)
      known = to
      blockMs = Math.min(2 * blockMs, longestBlockMs)
    }
  }
  return {
    isWithin: (instant) => {
      knowUntil(instant)
      return stretches.some(({ from, to }) => from <= instant && instant < to)
    },
    edges: (after, upTo) => {
      knowUntil(upTo)
      return stretches.flatMap(({ from, to }) => [from, to].filter((edge) => edge > after && edge <= upTo))
    },
  }
}

function extend(stretches: Stretch[], fire: Instant, durationMs: number): void {
  const last = stretches.at(-1)
  if (last && fire <= last.to) last.to = fire + durationMs
  else stretches.push({ from: fire, to: fire + durationMs })
}
