import type { Because } from '@bootfleet/contracts'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { paths } from '../../lib/paths.ts'
import { Instant } from '../../ui/instant.tsx'

interface Happened {
  id: string
  at: string
  kind: string
  because: Because
  /** What it happened to, when that is not the page's own subject. */
  subject?: ReactNode
  rolloutId?: string | null
}

/** What happened, the newest first, each with the reason that was stored with it. */
export function EventList({ events, label }: { events: Happened[]; label: string }) {
  if (events.length === 0) return <p className="quiet">Nothing has happened yet.</p>
  return (
    <ol className="events" aria-label={label}>
      {events.map(({ id, at, kind, because, subject, rolloutId }) => (
        <li key={id}>
          <Instant at={at} />
          <code>{kind}</code>
          <span>
            {subject !== undefined && <>{subject}: </>}
            {because.message}
            {rolloutId && (
              <>
                {' '}
                <Link href={paths.rollout(rolloutId)}>Rollout</Link>
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  )
}
