import type { AgentError, ReportPhase, ReportedImage, StateBody } from '@bootfleet/contracts'
import { digestOfRef, holds } from '../bootc/host-status.ts'
import type { Deployment } from '../bootc/host-status.ts'
import type { JournalAttempt } from '../journal/journal.ts'
import type { Step } from '../plan/step.ts'
import type { View } from '../plan/view.ts'

export interface StateInput {
  view: View
  observedHash: string | undefined
  /** The step that runs now, or the last one decided. */
  step: Step
  error: AgentError | undefined
  damage: AgentError | undefined
  inventoryHash: string | undefined
  driftHash: string | undefined
}

/** The whole reported state. */
export function buildState(input: StateInput): StateBody {
  const { view, observedHash, inventoryHash, driftHash } = input
  const { journal, host, grant } = view
  const { attempt } = journal
  return {
    observedGen: view.desired?.gen ?? 0,
    ...(observedHash !== undefined && { observedHash }),
    phase: phaseOf(input),
    bootKey: view.bootKey,
    booted: reportedImage(host.booted),
    staged: stagedOf(view),
    rollback: host.rollback === null ? null : reportedImage(host.rollback),
    health: reportedHealth(view),
    attempt: attempt === null ? null : reportedAttempt(attempt),
    grant: grant === null ? null : { id: grant.id, conn: grant.conn },
    quarantined: journal.quarantined.slice(-20),
    errors: errorsOf(input),
    opsDone: journal.opsDone,
    ...(inventoryHash !== undefined && { inventoryHash }),
    ...(driftHash !== undefined && { driftHash }),
  }
}

function reportedHealth({ journal: { health }, bootKey }: View): StateBody['health'] {
  const { status, failed, warnings } = health
  return { status, bootKey, failed: failed.slice(0, 20), ...(warnings && { warnings: warnings.slice(0, 20) }) }
}

export function reportedImage(deployment: Deployment | null): ReportedImage {
  if (deployment === null) return {}
  const { ref, digest, version, id } = deployment
  return {
    ...(ref !== undefined && { ref }),
    ...(digest !== undefined && { digest }),
    ...(version !== undefined && { version }),
    ...(id !== undefined && { deployment: id.slice(0, 200) }),
  }
}

/** What the next grant would boot. The rollback slot is that when the target is in it: locked, and nothing to download. */
function stagedOf(view: View): StateBody['staged'] {
  const { host } = view
  if (host.staged !== null) return { ...reportedImage(host.staged), locked: host.staged.locked }
  const accept = wantedDigests(view)
  if (holds(host.booted, accept) || !holds(host.rollback, accept)) return null
  return { ...reportedImage(host.rollback), locked: !host.rollbackQueued }
}

function reportedAttempt(attempt: JournalAttempt): NonNullable<StateBody['attempt']> {
  return {
    id: attempt.id,
    gen: attempt.gen,
    target: attempt.target,
    ...(attempt.from.digest !== undefined && { from: attempt.from.digest }),
    ...(attempt.outcome !== undefined && { outcome: attempt.outcome }),
    ...(attempt.detail !== undefined && { detail: attempt.detail.slice(0, 1024) }),
  }
}

function errorsOf({ step, error, damage, view }: StateInput): AgentError[] {
  const digest = digestOfRef(view.desired?.image?.ref)
  const problem = step.kind === 'idle' ? step.problem : undefined
  const held = problem && { ...problem, retryable: false, ...(digest !== undefined && { digest }) }
  return [held, error, damage].filter((entry) => entry !== undefined)
}

const busyPhases: Partial<Record<Step['kind'], ReportPhase>> = {
  stage: 'downloading',
  lock: 'downloading',
  'drop-staged': 'downloading',
  reboot: 'rebooting',
  'reboot-again': 'rebooting',
  'roll-back': 'rebooting',
  'op-reboot': 'rebooting',
}

function phaseOf(input: StateInput): ReportPhase {
  const { view, step } = input
  const { journal } = view
  if (view.rebootAskedAt !== null) return 'rebooting'
  const busy = busyPhases[step.kind]
  if (busy !== undefined) return busy
  if (!view.hostIsFresh && journal.attempt?.phase === 'staging') return 'downloading'
  return journal.health.status === 'checking' ? 'verifying' : restingPhase(input, journal.health.status)
}

/** Nothing is going on. */
function restingPhase(input: StateInput, health: 'healthy' | 'unhealthy'): ReportPhase {
  const { host, journal } = input.view
  const accept = wantedDigests(input.view)
  if (accept.length === 0 || holds(host.booted, accept)) return health
  if (accept.some((digest) => journal.quarantined.includes(digest))) return 'failed'
  if (errorsOf(input).some(({ retryable }) => !retryable)) return 'failed'
  if (holds(host.staged ?? host.rollback, accept) && stagedOf(input.view)?.locked === true) return 'staged'
  return health === 'unhealthy' ? 'unhealthy' : 'idle'
}

function wantedDigests({ desired }: StateInput['view']): readonly string[] {
  return desired?.image == null || desired.apply.phase === 'none' ? [] : desired.image.accept
}
