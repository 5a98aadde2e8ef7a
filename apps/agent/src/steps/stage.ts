import { digestOfRef, holds } from '../bootc/host-status.ts'
import type { PullProgress } from '../bootc/parse-progress.ts'
import { readClock } from '../clock.ts'
import { HostError } from '../host/host-adapter.ts'
import { log } from '../log.ts'
import { observeHost } from '../observe.ts'
import { prepareRegistryAccess } from '../registry/prepare-registry-access.ts'
import type { Runtime } from '../runtime.ts'
import { beginAttempt, failedBefore, wantsSoftReboot } from './attempt.ts'
import type { Executor } from './executor.ts'

const progressGapMs = 2000

/** Downloads and stages the wanted image. Until bootc has said that all went well, what is staged counts as a part. */
export const stage: Executor<'stage'> = async (runtime, step) => {
  const { journal, memory } = runtime
  // Between staging and locking somebody else's reboot would boot it.
  const attempt = { ...beginAttempt(runtime, { via: 'stage', phase: 'staging' }), ...(await failedBefore(runtime)) }
  await journal.write({ attempt })
  runtime.report()
  log('staging', { ref: step.ref, locked: step.locked })
  if (!(await pull(runtime, step))) return
  await observeHost(runtime)
  const { staged } = memory.host
  if (!memory.hostIsFresh) return
  if (!holds(staged, attempt.accept)) throw nothingStaged(step.ref)
  const id = staged?.id
  await journal.write({ attempt: { ...attempt, phase: 'staged', ...(id !== undefined && { stagedDeployment: id }) } })
  log('staged', { ref: step.ref, locked: staged?.locked ?? false })
}

function nothingStaged(ref: string): HostError {
  const detail = `bootc succeeded, and ${ref} is not staged: look at bootc status on this machine`
  return new HostError({ code: 'bootc_failed', detail, retryable: true })
}

/** Takes back what is staged: it must not be booted and cannot be locked, or it is not whole. */
export const dropStaged: Executor<'drop-staged'> = async ({ driver, journal }) => {
  log('dropping_staged')
  await driver.dropStaged()
  await journal.write({ attempt: null })
}

/** False when it was stopped on purpose: the next look decides what to do instead. */
async function pull(runtime: Runtime, { ref, locked }: { ref: string; locked: boolean }): Promise<boolean> {
  const softReboot = !locked && wantsSoftReboot(runtime)
  const requireSignatures = await prepareRegistryAccess(runtime)
  const stopper = new AbortController()
  runtime.memory.stopPull = stopper
  try {
    const { signal } = stopper
    const onProgress = progressReporter(runtime, ref)
    await runtime.driver.stage({ ref, softReboot, requireSignatures, signal, onProgress })
    return true
  } catch (error) {
    if (!stopper.signal.aborted) throw error
    log('staging_stopped', { ref })
    return false
  } finally {
    runtime.memory.stopPull = undefined
  }
}

function progressReporter({ outbox, desired }: Runtime, ref: string): (progress: PullProgress) => void {
  const digest = digestOfRef(ref)
  let sentAt = Number.NEGATIVE_INFINITY
  return (progress) => {
    const { mono } = readClock()
    if (digest === undefined || mono - sentAt < progressGapMs) return
    sentAt = mono
    void outbox.telemetry('tm/progress', { gen: desired.current()?.doc.gen ?? 0, digest, ...progress })
  }
}
