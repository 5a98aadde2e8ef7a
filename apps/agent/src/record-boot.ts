import { holds } from './bootc/host-status.ts'
import { readClock } from './clock.ts'
import { classifyBoot } from './journal/classify-boot.ts'
import type { BootVerdict } from './journal/classify-boot.ts'
import type { Journal, JournalAttempt } from './journal/journal.ts'
import { rebuildJournal } from './journal/rebuild-journal.ts'
import { log } from './log.ts'
import { reportedImage } from './report/build-state.ts'
import type { Runtime } from './runtime.ts'
import { isDiskFull } from './store/durable-file.ts'

const ordinaryHealthTimeoutSec = 300
const maxQuarantined = 20

/** Waits for a change of the boot log. Where it found no room, the journal is not written before it either. */
export async function orHold({ journal }: Pick<Runtime, 'journal'>, change: Promise<void>): Promise<void> {
  try {
    await change
  } catch (error) {
    if (!isDiskFull(error)) throw error
    journal.hold()
  }
}

/** After a boot that the journal does not know yet: what became of the attempt, and a health to find out anew. */
export async function recordBoot(runtime: Runtime): Promise<void> {
  const { journal, bootLog, bootKey, memory } = runtime
  if (journal.current().bootKey === bootKey) return
  const before = journalBefore(runtime)
  const { attempt } = before
  const verdict = attempt === null ? undefined : await classify(runtime, attempt)
  const isFirst = before.bootKey === '' && before.isLost !== true
  // Where boots are known there is a journal: one that is missing then was lost.
  if (isFirst) await journal.writeOrHold({})
  const ordinary = { outcome: isFirst ? ('first_boot' as const) : ('reboot' as const) }
  const concluded = attempt === null || verdict === undefined ? ordinary : { ...verdict, target: attempt.target }
  const record = {
    bootKey,
    booted: reportedImage(memory.host.booted),
    health: 'unknown' as const,
    failed: [],
    ...concluded,
  }
  await orHold(runtime, bootLog.append(record))
  await journal.writeOrHold({ ...afterBoot(before, verdict, bootKey), bootKey })
  memory.nextCheckAt = 0
  log('boot', { bootKey, booted: memory.host.booted?.digest, outcome: verdict?.outcome, detail: verdict?.detail })
}

function journalBefore({ journal, bootLog, desired, memory, bootKey }: Runtime): Journal {
  const stored = journal.current()
  if (stored.isLost !== true || stored.bootKey !== '') return stored
  const { booted } = memory.host
  const wanted = desired.current()?.doc ?? null
  return rebuildJournal(stored, { records: bootLog.entries(), desired: wanted, booted, bootKey })
}

async function classify(runtime: Runtime, attempt: JournalAttempt): Promise<BootVerdict | undefined> {
  const { backend } = runtime.memory.host
  const isSoft = kernelBoot(runtime.bootKey) === kernelBoot(runtime.journal.current().bootKey)
  const { failure, began } = await runtime.platform.machine.lastShutdown({ backend, isSoft })
  const records = runtime.bootLog.entries()
  const stagedIn = records.findIndex(({ bootKey }) => bootKey === attempt.bootKey)
  // A log that does not reach back so far tells nothing: the target may have run here long before.
  const since = stagedIn < 0 ? [] : records.slice(stagedIn + 1)
  const ranInTarget = since.some(({ booted }) => holds(booted, attempt.accept))
  return classifyBoot({
    attempt,
    host: runtime.memory.host,
    ranInTarget,
    isSoft,
    finalizeBegan: began,
    ...(failure !== undefined && { finalizeFailure: failure }),
  })
}

/** A reboot of userspace alone keeps it. */
function kernelBoot(bootKey: string): string {
  return bootKey.split(':')[0] ?? ''
}

/** The journal of the new boot, given how the attempt stands. */
export function afterBoot(before: Journal, verdict: BootVerdict | undefined, bootKey: string): Partial<Journal> {
  const attempt = before.attempt === null ? null : attemptAfterBoot(before.attempt, verdict)
  const timeoutSec = attempt?.phase === 'verifying' ? attempt.healthTimeoutSec : ordinaryHealthTimeoutSec
  const deadlineMono = readClock().mono + timeoutSec * 1000
  const fellBack = verdict?.outcome === 'rolled_back' && before.attempt !== null ? [before.attempt.target] : []
  const failedUnits = verdict === undefined ? undefined : before.attempt?.failedUnits
  const others = before.quarantined.filter((digest) => !fellBack.includes(digest))
  return {
    attempt,
    health: { bootKey, status: 'checking', failed: [], deadlineMono },
    ...(failedUnits !== undefined && { failedUnits }),
    quarantined: [...others, ...fellBack].slice(-maxQuarantined),
  }
}

function attemptAfterBoot(attempt: JournalAttempt, verdict: BootVerdict | undefined): JournalAttempt | null {
  if (verdict !== undefined) {
    const { outcome, detail } = verdict
    const phase = outcome === 'booted_target' ? 'verifying' : 'done'
    return { ...attempt, phase, outcome, ...(detail !== undefined && { detail }) }
  }
  // What was staged and locked did not outlive the reboot: the next one begins anew.
  if (attempt.phase === 'staging' || attempt.phase === 'staged') return null
  if (attempt.phase !== 'rolling_back') return attempt
  const { queuedBefore: _before, queued: _queued, ...rest } = attempt
  return rest
}
