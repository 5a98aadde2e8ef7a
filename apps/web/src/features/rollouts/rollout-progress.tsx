import type { Rollout } from '@bootfleet/contracts'
import { StackedBar } from '../../ui/stacked-bar.tsx'
import { progressText } from './progress-text.ts'
import { stageParts } from './target-stages.ts'

/** How far a rollout is: a bar over the eligible targets, and the same in words. */
export function RolloutProgress({ rollout }: { rollout: Pick<Rollout, 'state' | 'counts' | 'eligible'> }) {
  const { counts, eligible } = rollout
  return (
    <span className="progress">
      {eligible !== null && <StackedBar parts={stageParts({ ...counts, skipped: 0 })} whole={eligible} />}
      <span>{progressText(rollout)}</span>
    </span>
  )
}
