import type { Rollout } from '@bootfleet/contracts'
import Link from 'next/link'
import { paths } from '../../lib/paths.ts'
import { Badge } from '../../ui/badge.tsx'
import { RolloutProgress } from './rollout-progress.tsx'
import { rolloutTones } from './state-tones.ts'

/** From a rollout to its roll-back, with how far that is; and from a roll-back to its rollout. */
export function RollbackLinks({
  rollout: { parentId, rollback },
}: {
  rollout: Pick<Rollout, 'parentId' | 'rollback'>
}) {
  return (
    <>
      {parentId !== null && (
        <p>
          <Link href={paths.rollout(parentId)}>The rollout that this takes back</Link>
        </p>
      )}
      {rollback !== null && (
        <section aria-label="Roll-back">
          <p>
            <Link href={paths.rollout(rollback.id)}>Its roll-back</Link>{' '}
            <Badge state={rollback.state} tone={rolloutTones[rollback.state]} />
          </p>
          <RolloutProgress rollout={rollback} />
        </section>
      )}
    </>
  )
}
