import type { Rollout } from '@bootfleet/contracts'
import { StackedBar } from '../../ui/stacked-bar.tsx'
import { progressText } from './progress-text.ts'
import { countStages, stageNames } from './target-stages.ts'

/** How far a rollout is: a bar over the eligible targets, and the same in words. */
export function RolloutProgress({ rollout }: { rollout: Pick<Rollout, 'counts' | 'eligible'> }) {
  const { counts, eligible } = rollout
  const parts = countStages({ ...counts, skipped: 0 }).map(({ stage, count }) => ({
    name: stageNames[stage],
    count,
    fill: stage,
  }))
  return (
    <span className="progress">
      {eligible !== null && <StackedBar parts={parts} whole={eligible} />}
      <span>{progressText(rollout)}</span>
    </span>
  )
}
