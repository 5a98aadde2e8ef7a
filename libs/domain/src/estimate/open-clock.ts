import type { Instant } from '../rollout/view.ts'
import type { WindowState } from '../window/window-at.ts'

/** When something that may begin at a time begins really; `null`: never, or later than anyone looks. */
export type OpenClock = (at: Instant) => Instant | null

interface Range {
  readonly from: Instant
  readonly to: Instant
  readonly opens: Instant | null
}

/** Enough for a year of daily windows. A look is the dear part, so each range is looked up once. */
const maxLooks = 800

/** Turns "is it open now" into "when is it open next", and remembers what it found. */
export function openClock(windowAt: (at: Instant) => WindowState): OpenClock {
  const known: Range[] = []
  return (at) => {
    const found = known.find(({ from, to }) => at >= from && at < to)
    if (found) return opening(found, at)
    if (known.length >= maxLooks) return null
    const { open, until, reopensAt } = windowAt(at)
    const range = open
      ? { from: at, to: until ?? Infinity, opens: at }
      : { from: at, to: reopensAt ?? Infinity, opens: reopensAt }
    known.push(range)
    return range.opens
  }
}

function opening({ from, opens }: Range, at: Instant): Instant | null {
  return opens === from ? at : opens
}
