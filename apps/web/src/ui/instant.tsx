import { formatInstant } from '../lib/instant.ts'
import { relativeTime } from '../lib/relative-time.ts'

/** How long ago it was, with the exact instant to point at. Rendered on the server, whose clock made the instant. */
export function Instant({ at, absent = 'never' }: { at: string | null; absent?: string }) {
  if (at === null) return <span className="quiet">{absent}</span>
  return (
    <time className="nowrap" dateTime={at} title={formatInstant(at)}>
      {relativeTime(at, Date.now())}
    </time>
  )
}
