import type { Rollout } from '@bootfleet/contracts'
import { formatInstant } from '../../lib/instant.ts'

const standings = {
  within_p50: 'sooner than half of the tries',
  within_p90: 'as expected',
  late: 'later than nine of ten tries',
}

/** When a rollout was expected to be finished as it started, beside what happened; no row where nothing was kept. */
export function estimateFacts({ estimate }: Pick<Rollout, 'estimate'>) {
  if (estimate === null) return []
  const { p50, p90, finishedAt, standing, source } = estimate
  if (p50 === null || p90 === null) return [['Expected', 'never: a window stays closed'] as const]
  const basis = source === 'assumed' ? ', with assumed times' : ''
  const expected = ['Expected', `${formatInstant(p50)} to ${formatInstant(p90)}${basis}`] as const
  if (finishedAt !== null && standing !== null)
    return [expected, ['Finished', `${formatInstant(finishedAt)}: ${standings[standing]}`] as const]
  return standing === 'late' ? [expected, ['Late', 'it is not finished, and should be'] as const] : [expected]
}
