import type { Boot } from '@bootfleet/contracts'
import { formatSeconds } from '../../lib/amounts.ts'
import { shortDigest } from '../../lib/digest.ts'
import { inWords } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Instant } from '../../ui/instant.tsx'
import { bootTone } from './device-tones.ts'

interface BootTimelineProps {
  boots: Boot[]
  /** What people call a digest, where it is known. */
  versions: Map<string, string>
}

/** The boots of a device, the newest first. */
export function BootTimeline({ boots, versions }: BootTimelineProps) {
  if (boots.length === 0) return <EmptyState title="No boot was reported yet" />
  return (
    <ol className="timeline" aria-label="Boots, the newest first">
      {boots.map((boot) => (
        <li key={boot.bootKey} className={`tone-${bootTone(boot)}`}>
          <span className="timeline-head">
            <strong>{inWords(boot.outcome)}</strong>
            <Badge state={boot.health} tone={bootTone(boot)} />
            <Instant at={boot.receivedAt} />
          </span>
          <span className="quiet">
            <Image digest={boot.bootedDigest} versions={versions} />
            {boot.targetDigest !== null && boot.targetDigest !== boot.bootedDigest && (
              <>
                {' '}
                instead of <Image digest={boot.targetDigest} versions={versions} />
              </>
            )}
            {boot.durationMs !== null &&
              `, judged after ${formatSeconds(Math.max(1, Math.round(boot.durationMs / 1000)))}`}
            {typeof boot.detail['lostBefore'] === 'number' &&
              `; ${boot.detail['lostBefore']} earlier, of which nothing is known`}
          </span>
        </li>
      ))}
    </ol>
  )
}

function Image({ digest, versions }: { digest: string | null; versions: Map<string, string> }) {
  if (digest === null) return <>image not known</>
  return (
    <>
      {versions.get(digest)} <code title={digest}>{shortDigest(digest)}</code>
    </>
  )
}
