import { planImage } from './plan-image.ts'
import { isHeldBack } from './hold-back.ts'
import type { Step } from './step.ts'
import type { View } from './view.ts'

/** A machine that was told to reboot and did not within this is told again. */
export const rebootPatienceMs = 10 * 60_000

const statusRetryMs = 5_000

/**
 * The next step towards the desired state, from data alone: no clock, no randomness, no memory. Called again after each
 * step with what is true then, so it never has to think further than one.
 */
export function plan(view: View): Step {
  const step = withRecheck(view, holdBack(view, nextStep(view)))
  const expiresAt = view.grant?.expiresAt ?? 0
  if (step.kind !== 'idle' || expiresAt <= view.now.mono || view.rebootAskedAt !== null) return step
  return { ...step, until: Math.min(step.until ?? expiresAt, expiresAt) }
}

function nextStep(view: View): Step {
  return (
    awaitReboot(view) ??
    awaitHost(view) ??
    finishRollback(view) ??
    keepBooted(view) ??
    checkHealth(view) ??
    adoptOperations(view) ??
    runOperations(view) ??
    planImage(view)
  )
}

/** A step that failed is not tried again at once. */
function holdBack(view: View, step: Step): Step {
  if (!isHeldBack(view, step)) return step
  const until = view.retry?.notBefore ?? null
  if (until === null) return { kind: 'idle', because: 'given up until told anew' }
  return { kind: 'idle', because: 'waiting before the next try', until }
}

function awaitReboot({ rebootAskedAt, now }: View): Step | undefined {
  if (rebootAskedAt === null) return undefined
  const until = rebootAskedAt + rebootPatienceMs
  return now.mono < until ? { kind: 'idle', because: 'the machine is going down', until } : { kind: 'reboot-again' }
}

function awaitHost({ hostIsFresh, now }: View): Step | undefined {
  if (hostIsFresh) return undefined
  return { kind: 'idle', because: 'bootc does not answer', until: now.mono + statusRetryMs }
}

function finishRollback({ journal }: View): Step | undefined {
  return journal.attempt?.phase === 'rolling_back' ? { kind: 'roll-back' } : undefined
}

/** After a fall-back by the boot loader the failed image is still first in its order: the next reboot would try it. */
function keepBooted({ host, journal }: View): Step | undefined {
  const { attempt } = journal
  if (attempt?.outcome !== 'rolled_back' || attempt.phase !== 'done' || host.backend === 'composefs') return undefined
  const failedIsNext = host.rollbackQueued && host.rollback?.digest === attempt.target
  return failedIsNext ? { kind: 'keep-booted' } : undefined
}

function checkHealth({ journal, now, nextCheckAt }: View): Step | undefined {
  if (journal.health.status !== 'checking') return undefined
  if (now.mono >= nextCheckAt) return { kind: 'verify' }
  return { kind: 'idle', because: 'waiting for the next health check', until: nextCheckAt }
}

/** Before any of them: what is done is not known. */
function adoptOperations({ desired, journal }: View): Step | undefined {
  return journal.isLost === true && desired !== null ? { kind: 'adopt-ops' } : undefined
}

function runOperations(view: View): Step | undefined {
  const { desired, journal, conn } = view
  const wanted = desired?.ops ?? {}
  const done = journal.opsDone
  if (wanted.unquarantine !== undefined && wanted.unquarantine > (done.unquarantine ?? 0)) {
    return { kind: 'op-unquarantine', count: wanted.unquarantine }
  }
  if (conn !== null && wanted.collectLogs !== undefined && wanted.collectLogs > (done.collectLogs ?? 0)) {
    const collect: Step = { kind: 'op-collect-logs', count: wanted.collectLogs }
    // No update waits because logs cannot be sent.
    if (!isHeldBack(view, collect)) return collect
  }
  return undefined
}

/** An idle machine goes on looking at its health. */
function withRecheck(view: View, step: Step): Step {
  if (step.kind !== 'idle' || view.rebootAskedAt !== null || !view.hostIsFresh) return step
  if (view.now.mono >= view.nextCheckAt) return { kind: 'verify' }
  return { ...step, until: Math.min(step.until ?? Number.POSITIVE_INFINITY, view.nextCheckAt) }
}
