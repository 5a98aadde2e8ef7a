import type { Deployment, HostStatus } from '../bootc/host-status.ts'
import { holds } from '../bootc/host-status.ts'
import type { AttemptOutcome, JournalAttempt } from './journal.ts'

export interface BootFacts {
  attempt: JournalAttempt
  host: HostStatus
  /** What ostree says about a finalisation that failed at the end of the boot before. */
  finalizeFailure?: string
  /** The journal of that boot shows that the finalisation was begun. */
  finalizeBegan?: boolean
  /** Userspace alone was restarted, and no boot loader had a say. */
  isSoft?: boolean
  /** The agent itself ran in the target since the attempt began. */
  ranInTarget: boolean
}

export interface BootVerdict {
  outcome: AttemptOutcome
  detail?: string
}

/**
 * How an attempt stands after a new boot: the table of docs/agent.md. `undefined` says that this boot decided nothing,
 * because the target was never meant to be booted yet, or because the attempt was over.
 */
export function classifyBoot(facts: BootFacts): BootVerdict | undefined {
  const { attempt, host } = facts
  if (attempt.phase === 'done' && attempt.outcome !== 'booted_target') return undefined
  if (isTarget(host.booted, attempt)) return inTarget(attempt)
  if (isFrom(host.booted, attempt)) return backOnFrom(facts)
  return attempt.phase === 'done' ? undefined : { outcome: 'diverged', detail: otherImage(host) }
}

function inTarget(attempt: JournalAttempt): BootVerdict | undefined {
  const applied = attempt.phase === 'staging' || attempt.phase === 'staged' || attempt.phase === 'rebooting'
  return applied ? { outcome: 'booted_target' } : undefined
}

function backOnFrom(facts: BootFacts): BootVerdict | undefined {
  const { attempt, finalizeFailure } = facts
  if (attempt.phase === 'rolling_back') return { outcome: 'rolled_back', detail: attempt.detail ?? 'health_failed' }
  if (attempt.phase === 'verifying' || attempt.phase === 'done') {
    return { outcome: 'rolled_back', detail: attempt.detail ?? 'something else booted the previous image again' }
  }
  if (facts.ranInTarget) return { outcome: 'rolled_back', detail: 'booted, then something booted the previous image' }
  if (finalizeFailure !== undefined) return { outcome: 'finalize_failed', detail: finalizeFailure }
  if (isLeftBehind(facts)) {
    return isPending(facts) ? undefined : { outcome: 'rolled_back', detail: notStarted(facts.host) }
  }
  // A locked stage does not outlive a reboot: only an attempt that was meant to boot has failed to.
  if (attempt.phase !== 'rebooting') return undefined
  return { outcome: 'never_finalized', detail: facts.finalizeBegan === true ? cutOff : tooEarly }
}

const cutOff = 'making the new image bootable was begun and cut off: by a power loss, or by the time limit of systemd'
const tooEarly = 'the machine went down before the new image was made bootable'

/**
 * A restart of userspace by hand makes what is staged bootable and goes on with the old root: the target was not tried,
 * and the next reboot boots it.
 */
function isPending({ isSoft, attempt, host }: BootFacts): boolean {
  return isSoft === true && attempt.via === 'stage' && host.backend === 'ostree' && host.rollbackQueued
}

/** The target is a finished deployment that is not booted: it was booted, or tried, and left. */
function isLeftBehind({ attempt, host }: BootFacts): boolean {
  // A target that was in the slot before is there afterwards whatever happened: what counts is that it was made next.
  if (attempt.via === 'slot') return attempt.queued === true
  return [host.rollback, ...host.others].some((deployment) => isStaged(deployment, attempt))
}

/** The very deployment that was staged. Another one of the same digest may have been there all along. */
function isStaged(deployment: Deployment | null, attempt: JournalAttempt): boolean {
  if (attempt.stagedDeployment === undefined || deployment?.id === undefined) return holds(deployment, attempt.accept)
  return deployment.id === attempt.stagedDeployment
}

function isTarget(booted: Deployment | null, attempt: JournalAttempt): boolean {
  return isReapplied(attempt) ? isStaged(booted, attempt) : holds(booted, attempt.accept)
}

function isFrom(booted: Deployment | null, attempt: JournalAttempt): boolean {
  if (booted === null) return false
  if (attempt.from.id !== undefined && booted.id === attempt.from.id) return true
  return !isReapplied(attempt) && attempt.from.digest !== undefined && booted.digest === attempt.from.digest
}

/** Target and origin have the same digest, so that only the deployment tells them apart. */
function isReapplied(attempt: JournalAttempt): boolean {
  return attempt.from.digest !== undefined && attempt.accept.includes(attempt.from.digest)
}

function notStarted(host: HostStatus): string {
  return host.rollbackQueued ? 'the boot loader fell back to the previous image' : 'the previous image was booted again'
}

function otherImage(host: HostStatus): string {
  return `booted ${host.booted?.ref ?? host.booted?.digest ?? 'an unknown image'}, which is neither target nor origin`
}
