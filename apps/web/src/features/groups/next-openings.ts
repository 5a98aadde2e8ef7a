import { windowAt } from '@bootfleet/domain'
import type { Blackout, Window } from '@bootfleet/contracts'

/** A time in which devices may apply, in epoch milliseconds; `to: null` never ends. */
export interface Opening {
  readonly from: number
  readonly to: number | null
}

/** The next times in which devices may apply, at most `count`; the first has begun when they may now. */
export function nextOpenings(
  { windows, blackouts }: { windows: readonly Window[]; blackouts: readonly Blackout[] },
  now: number,
  count: number,
): Opening[] {
  const closed = blackouts.map(({ from, to, reason }) => ({ from: Date.parse(from), to: Date.parse(to), reason }))
  const found: Opening[] = []
  let at: number | null = now
  while (found.length < count && at !== null) {
    const { open, until, reopensAt } = windowAt(windows, closed, at)
    if (open) found.push({ from: at, to: until })
    at = open ? until : reopensAt
  }
  return found
}
