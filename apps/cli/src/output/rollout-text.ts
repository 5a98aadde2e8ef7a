import type { Rollout, RolloutEvent, RolloutWave, TargetCounts } from '@bootfleet/contracts'
import { failureStates, hasEnded, targetStates } from '@bootfleet/domain'
import { inWords } from './text.ts'

/** What people call a release. */
export function releaseName({ version, tag, repository }: Rollout['release']): string {
  return version ?? tag ?? repository
}

/** `edge-stable → 1.2.0` */
export function titleOf({ channel, release }: Pick<Rollout, 'channel' | 'release'>): string {
  return `${channel.name} → ${releaseName(release)}`
}

/** Targets that failed, timed out or fell back. */
export function failuresOf(counts: TargetCounts): number {
  return failureStates.reduce((sum, state) => sum + counts[state], 0)
}

/** How many of the eligible targets booted the release and stayed healthy, and how many did not. */
export function progressText({ counts, eligible }: Pick<Rollout, 'counts' | 'eligible'>): string {
  if (eligible === null) return 'not started'
  const failures = failuresOf(counts)
  return `${counts.succeeded} of ${eligible} succeeded${failures > 0 ? `, ${failures} failed` : ''}`
}

/** The targets of a wave that have not ended, by state: `2 downloading, 1 soaking`. */
export function underWay(counts: TargetCounts): string {
  return targetStates
    .filter((state) => counts[state] > 0 && !hasEnded(state) && state !== 'pending')
    .map((state) => `${counts[state]} ${inWords(state)}`)
    .join(', ')
}

/** `1 of 2 succeeded, 1 soaking`, with what else ended. */
export function waveProgress({ size, counts }: Pick<RolloutWave, 'size' | 'counts'>): string {
  const ended = targetStates
    .filter((state) => counts[state] > 0 && hasEnded(state) && state !== 'succeeded')
    .map((state) => `${counts[state]} ${inWords(state)}`)
  return [`${counts.succeeded} of ${size} succeeded`, ...ended, underWay(counts)]
    .filter((part) => part !== '')
    .join(', ')
}

/** The state of a wave; what keeps a pending one that waits for a person, and who promoted one. */
export function waveState({ state, approvalAskedAt, approvedAt, promoted }: RolloutWave): string {
  if (promoted !== null) return `promoted by ${promoted.by}`
  return state === 'pending' && approvalAskedAt !== null && approvedAt === null ? 'waits for approval' : state
}

/** `approved by 1 of 2: Ada`; nothing where nobody has to. */
export function approvalText({ approvals: { required, given, list } }: Rollout): string | undefined {
  if (required === 0) return undefined
  const names = list.filter(({ wave }) => wave === null).map(({ by }) => by)
  return `approved by ${given} of ${required}${names.length > 0 ? `: ${names.join(', ')}` : ''}`
}

/** Whether an event tells of a device that did not make it. */
export function isFailure({ kind }: RolloutEvent): boolean {
  return failureStates.some((state) => kind === `target.${state}`)
}

/** `12:04:31` in UTC, as the API and the logs have it. */
export function clockTime(instant: string): string {
  return instant.slice(11, 19)
}

/** `, policy careful version 3`; nothing for a recipe of its own. */
export function policyText({ policyName, policyVersion }: Rollout): string {
  if (policyName === null) return ''
  return `, policy ${policyName}${policyVersion === null ? '' : ` version ${policyVersion}`}`
}
