import type { Because } from '@bootfleet/contracts'
import Link from 'next/link'
import { counted } from '../../lib/amounts.ts'
import { paths } from '../../lib/paths.ts'
import { Instant } from '../../ui/instant.tsx'

interface Happened {
  id: string
  at: string
  kind: string
  because: Because
  deviceId?: string | null
  rolloutId?: string | null
  rolloutName?: string | null
  /** How many other devices it happened to. */
  others?: number
}

interface EventListProps {
  events: Happened[]
  label: string
  /** Names of devices by their ids, where an event may be about one of several. */
  names?: Map<string, string>
}

/** What happened, the newest first, each with the reason that was stored with it. */
export function EventList({ events, label, names }: EventListProps) {
  if (events.length === 0) return <p className="quiet">Nothing has happened yet.</p>
  return (
    <ol className="events" aria-label={label}>
      {events.map(({ id, at, kind, because, deviceId, rolloutId, rolloutName, others = 0 }) => (
        <li key={id}>
          <Instant at={at} />
          <code>{rolloutId ? <Link href={paths.rollout(rolloutId)}>{kind}</Link> : kind}</code>
          <span>
            {deviceId && names !== undefined && (
              <>
                <Link href={paths.device(deviceId)}>{names.get(deviceId) ?? 'a device'}</Link>
                {others > 0 && ` and ${counted(others, 'other device')}`}:{' '}
              </>
            )}
            {because.message}
            {rolloutName && <span className="quiet"> ({rolloutName})</span>}
          </span>
        </li>
      ))}
    </ol>
  )
}
