import type { Target, TargetCounts } from '@bootfleet/contracts'

/** What the states of a target come to, in the order in which a device goes through them. */
export const targetStages = ['waiting', 'staging', 'applying', 'soaking', 'succeeded', 'failed', 'out'] as const
export type TargetStage = (typeof targetStages)[number]

export const stageOf: Record<Target['state'], TargetStage> = {
  pending: 'waiting',
  offered: 'staging',
  downloading: 'staging',
  staged: 'staging',
  granted: 'applying',
  rebooting: 'applying',
  verifying: 'applying',
  soaking: 'soaking',
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'failed',
  rolled_back: 'failed',
  reverted: 'out',
  skipped: 'out',
}

export const stageNames: Record<TargetStage, string> = {
  waiting: 'waiting',
  staging: 'staging',
  applying: 'applying',
  soaking: 'soaking',
  succeeded: 'succeeded',
  failed: 'failed',
  out: 'left out',
}

/** A mark for each stage, so that no cell is told by its colour alone. */
export const stageMarks: Record<TargetStage, string> = {
  waiting: '',
  staging: '↓',
  applying: '↻',
  soaking: '◐',
  succeeded: '✓',
  failed: '✕',
  out: '–',
}

/** How many targets are in each stage; stages without any are left out. */
export function countStages(counts: TargetCounts): { stage: TargetStage; count: number }[] {
  const entries = Object.entries(counts) as [Target['state'], number][]
  return targetStages
    .map((stage) => ({
      stage,
      count: entries.reduce((sum, [state, count]) => (stageOf[state] === stage ? sum + count : sum), 0),
    }))
    .filter(({ count }) => count > 0)
}

const barOrder: readonly TargetStage[] = ['succeeded', 'failed', 'soaking', 'applying', 'staging', 'waiting', 'out']

/** The same as parts of a bar that fills from its start: what has concluded comes first. */
export function stageParts(counts: TargetCounts): { name: string; count: number; fill: TargetStage }[] {
  return countStages(counts)
    .map(({ stage, count }) => ({ name: stageNames[stage], count, fill: stage }))
    .toSorted((a, b) => barOrder.indexOf(a.fill) - barOrder.indexOf(b.fill))
}
