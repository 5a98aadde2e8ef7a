import type { TargetCounts } from '@bootfleet/contracts'
import { StackedBar } from '../../ui/stacked-bar.tsx'
import { countStages, stageMarks, stageNames, stageParts } from './target-stages.ts'

interface StageBarProps {
  counts: TargetCounts
  size: number
  /** Whether to draw it; the legend with the numbers is always there. */
  bar: boolean
}

/** Targets by stage: a bar where there are too many for cells, and the legend that counts them. */
export function StageBar({ counts, size, bar }: StageBarProps) {
  const stages = countStages(counts)
  if (stages.length === 0) return null
  return (
    <>
      {bar && <StackedBar parts={stageParts(counts)} whole={Math.max(size, 1)} />}
      <ul className="legend" aria-label="Targets by stage">
        {stages.map(({ stage, count }) => (
          <li key={stage}>
            <span className={`cell fill-${stage}`} aria-hidden="true">
              {stageMarks[stage]}
            </span>
            {count} {stageNames[stage]}
          </li>
        ))}
      </ul>
    </>
  )
}
