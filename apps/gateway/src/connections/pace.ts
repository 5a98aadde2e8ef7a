/**
 * A token bucket that gives waiting times instead of refusals: how many milliseconds the next message has to wait.
 * `now` is monotonic milliseconds.
 */
export interface Pace {
  take(now: number, count?: number): number
}

export function createPace({ perSecond, burst }: { perSecond: number; burst: number }): Pace {
  let tokens = burst
  let at: number | undefined
  return {
    take: (now, count = 1) => {
      tokens = Math.min(burst, tokens + ((now - (at ?? now)) / 1000) * perSecond) - count
      at = now
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000
    },
  }
}
