import { zonedTime } from '../../lib/zoned-time.ts'
import { relativeTime } from '../../lib/relative-time.ts'
import { nextOpenings, type Opening } from './next-openings.ts'
import type { Blackout, Window } from '@bootfleet/contracts'

interface OpeningsListProps {
  windows: Window[]
  blackouts: Blackout[]
  /** Epoch milliseconds, of the server: the browser's clock may be wrong. */
  now: number
}

/** When devices may apply next, in the zone of the windows where they share one. */
export function OpeningsList({ windows, blackouts, now }: OpeningsListProps) {
  const openings = nextOpenings({ windows, blackouts }, now, 4)
  const zones = new Set(windows.map(({ timezone }) => timezone))
  const [zone = 'UTC'] = zones.size === 1 ? zones : []
  if (openings.length === 0) return <p role="status">They never open: no device would ever apply.</p>
  return (
    <ul className="reasons" aria-label="Next openings">
      {openings.map((opening) => (
        <li key={opening.from}>{openingText(opening, now, zone)}</li>
      ))}
    </ul>
  )
}

function openingText({ from, to }: Opening, now: number, zone: string): string {
  if (from === now && to === null) return 'Open, now and always.'
  const end = to === null ? 'for good' : `until ${zonedTime(to, zone)}`
  if (from === now) return `Open now, ${end} (${zone})`
  return `${zonedTime(from, zone)} ${end} (${zone}), ${relativeTime(new Date(from).toISOString(), now)}`
}
