import { PreviewEstimate, type RolloutEstimate } from '@bootfleet/contracts'
import { standingOf, type RolloutView } from '@bootfleet/domain'
import type { RolloutRow } from './lock-rollout.ts'

interface Kept {
  readonly state: string
  readonly estimate: unknown
  readonly endedAt: Date | null
}

/** The estimate that was kept when a rollout was planned; `null`: none was. */
export function keptEstimate({ estimate }: Pick<Kept, 'estimate'>): PreviewEstimate | null {
  return PreviewEstimate.nullable().catch(null).parse(estimate)
}

/** The same for `decide`. */
export function expectedOf(
  rollout: Pick<RolloutRow, 'estimate' | 'startedAt'>,
): NonNullable<RolloutView['expected']> | null {
  const kept = keptEstimate(rollout)
  if (!kept || !rollout.startedAt) return null
  return { startedAt: rollout.startedAt.getTime(), ...instantsOf(kept) }
}

const over: readonly string[] = ['aborted', 'rolling_back', 'rolled_back', 'superseded']

/** The same as the API shows it, beside the end of the rollout, or the present while it has none. */
export function presentEstimate(rollout: Kept, now: Date): RolloutEstimate | null {
  const kept = keptEstimate(rollout)
  if (!kept) return null
  const finishedAt = rollout.state === 'completed' ? rollout.endedAt : null
  const standing = over.includes(rollout.state) ? null : standingOf(instantsOf(kept), (finishedAt ?? now).getTime())
  return { ...kept, finishedAt: finishedAt?.toISOString() ?? null, standing }
}

function instantsOf({ p50, p90 }: PreviewEstimate) {
  return { p50: p50 === null ? null : Date.parse(p50), p90: p90 === null ? null : Date.parse(p90) }
}
