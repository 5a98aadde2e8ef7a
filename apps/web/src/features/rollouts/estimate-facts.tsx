import type { Rollout } from '@bootfleet/contracts'
import { formatInstant } from '../../lib/instant.ts'
import { EstimateText } from './estimate-text.tsx'

const standings = {
  within_p50: 'sooner than half of the tries',
  within_p90: 'as expected',
  late: 'later than nine of ten tries',
}

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
    return [expected, ['Finished', <span title={formatInstant(finishedAt)}>{standings[standing]}</span>] as const]
  return standing === 'late' ? [expected, ['Late', 'it is not finished, and should be'] as const] : [expected]
}
