import type { Rollout } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { releaseName } from './release-name.ts'
import { RolloutProgress } from './rollout-progress.tsx'
import { rolloutTones } from './state-tones.ts'

/** Rollouts that are under way, in brief. */
export function RolloutCards({ rollouts }: { rollouts: Rollout[] }) {
  if (rollouts.length === 0) {
    return (
      <EmptyState title="No rollout is under way">
        <Link href={paths.newRollout()}>Plan a rollout</Link>
      </EmptyState>
    )
  }
  return (
    <ul className="cards">
      {rollouts.map((rollout) => (
        <li key={rollout.id}>
          <div className="card-head">
            <Link href={paths.rollout(rollout.id)}>
              {releaseName(rollout.release)} to {rollout.channel.name}
            </Link>
            <Badge state={rollout.state} tone={rolloutTones[rollout.state]} />
          </div>
          <RolloutProgress rollout={rollout} />
        </li>
      ))}
    </ul>
  )
}
