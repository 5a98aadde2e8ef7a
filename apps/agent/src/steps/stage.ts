import type { PullProgress } from '../bootc/progress-fifo.ts'
import { digestOfRef, holds } from '../bootc/host-status.ts'
import { readClock } from '../clock.ts'
import { log } from '../log.ts'
import { observeHost } from '../observe.ts'
import type { Runtime } from '../runtime.ts'
import { beginAttempt } from './attempt.ts'
import type { Executor } from './executor.ts'

const progressGapMs = 2000

/** Downloads and stages the wanted image. */
export const stage: Executor<'stage'> = async (runtime, step) => {
  const { journal, memory } = runtime
  const attempt = beginAttempt(runtime, { via: 'stage', phase: 'staging' })
  await journal.write({ attempt })
  runtime.report()
  log('staging', { ref: step.ref, locked: step.locked })
  await pull(runtime, step.ref)
  await observeHost(runtime)
  const { staged } = memory.host
  if (!holds(staged, attempt.accept)) return
  const id = staged?.id
  await journal.write({ attempt: { ...attempt, phase: 'staged', ...(id !== undefined && { stagedDeployment: id }) } })
  log('staged', { ref: step.ref, locked: staged?.locked ?? false })
}

/** Puts the image that runs in the place of one that must not be booted and cannot be locked. */
export const replaceStaged: Executor<'replace-staged'> = async (runtime, step) => {
  log('replacing_staged', { ref: step.ref })
  await pull(runtime, step.ref)
  await runtime.journal.write({ attempt: null })
}

async function pull(runtime: Runtime, ref: string): Promise<void> {
  const stopper = new AbortController()
  runtime.memory.stopPull = stopper
  try {
    await runtime.driver.stage({ ref, signal: stopper.signal, onProgress: progressReporter(runtime, ref) })
  } catch (error) {
    // Stopped on purpose: the next look decides what to do instead.
    if (!stopper.signal.aborted) throw error
    log('staging_stopped', { ref })
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
