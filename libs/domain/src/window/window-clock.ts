import type { Instant } from '../rollout/instant.ts'
import { edges, isWithin, wallClock } from './wall-clock.ts'
import type { WeeklyWindow } from './window.ts'

/** A window, ready to be asked about a span of time. */
export interface WindowClock {
  /** Whether an instant is within the window. */
  isWithin(instant: Instant): boolean
  /** Instants in `(after, upTo]` at which the window may open or close, in no order. Between them it does neither. */
  edges(after: Instant, upTo: Instant): Instant[]
}

/** Prepares a weekly window to be asked about `[from, to]`. */
export function weeklyClock(window: WeeklyWindow, from: Instant, to: Instant): WindowClock {
  const clock = wallClock(window, from, to)
  return {
    isWithin: (instant) => isWithin(clock, instant),
    edges: (after, upTo) => edges(clock, after, upTo),
  }
}
