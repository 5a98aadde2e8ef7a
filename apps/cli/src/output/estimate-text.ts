import type { Rollout } from '@bootfleet/contracts'
import { standingText } from '@bootfleet/domain'

/** `expected 14:10 to 15:30 UTC, finished 14:22: as expected`; nothing where nothing was expected. */
export function estimateText({ estimate, createdAt }: Pick<Rollout, 'estimate' | 'createdAt'>): string | undefined {
  if (estimate === null) return undefined
  const { p50, p90, finishedAt, standing } = estimate
  const clock = (at: string) =>
    (at.slice(0, 10) === createdAt.slice(0, 10) ? '' : `${at.slice(0, 10)} `) + at.slice(11, 16)
  if (p50 === null || p90 === null) return 'expected never to finish: a window stays closed'
  const expected = `expected ${clock(p50)} to ${clock(p90)} UTC`
  if (finishedAt !== null && standing !== null)
    return `${expected}, finished ${clock(finishedAt)}: ${standingText[standing]}`
  return standing === 'late' ? `${expected}, not finished by then` : expected
}
