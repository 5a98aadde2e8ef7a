import type { Instant } from '../rollout/instant.ts'

/** From `start` on, a zone's wall clock is `offset` ms ahead of UTC. */
export interface ZoneOffset {
  readonly start: Instant
  readonly offset: number
}

const dayMs = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** Offsets of a zone in `[from, to]`, the first from `from` on. Throws a RangeError for an unknown zone. */
export function zoneOffsets(timezone: string, from: Instant, to: Instant): ZoneOffset[] {
  const found: ZoneOffset[] = [{ start: from, offset: offsetAt(timezone, from) }]
  for (let probe = from; probe < to; probe += dayMs) {
    const next = Math.min(probe + dayMs, to)
    const before = found.at(-1)?.offset
    if (before !== undefined && offsetAt(timezone, next) !== before) found.push(change(timezone, probe, next))
  }
  return found
}

// Zones change at whole seconds.
function change(timezone: string, after: Instant, upTo: Instant): ZoneOffset {
  const before = offsetAt(timezone, after)
  let low = Math.floor(after / 1000)
  let high = Math.ceil(upTo / 1000)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(timezone, middle * 1000) === before) low = middle
    else high = middle
  }
  return { start: high * 1000, offset: offsetAt(timezone, high * 1000) }
}

function offsetAt(timezone: string, instant: Instant): number {
  const second = Math.floor(instant / 1000) * 1000
  const part = Object.fromEntries(
    format(timezone)
      .formatToParts(second)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second
}

// Building a format is dear, and a fleet lives in few zones.
function format(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timezone, made)
  return made
}
