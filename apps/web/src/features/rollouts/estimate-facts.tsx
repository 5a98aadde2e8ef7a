import type { Rollout } from '@bootfleet/contracts'
import { standingText } from '@bootfleet/domain'
import { formatInstant } from '../../lib/instant.ts'
import { EstimateText } from './estimate-text.tsx'

/** When a rollout was expected to be finished as it started, beside what happened; no row where nothing was kept. */
export function estimateFacts({
  estimate,
  startedAt,
  createdAt,
}: Pick<Rollout, 'estimate' | 'startedAt' | 'createdAt'>) {
  if (estimate === null) return []
  const { p50, p90, finishedAt, standing } = estimate
  const text = <EstimateText estimate={estimate} from={startedAt ?? createdAt} />
  const expected = ['Expected', text] as const
  if (p50 === null || p90 === null) return [expected]
  if (finishedAt !== null && standing !== null)
    return [expected, ['Finished', <span title={formatInstant(finishedAt)}>{standingText[standing]}</span>] as const]
  return standing === 'late' ? [expected, ['Late', 'it is not finished, and should be'] as const] : [expected]
}
