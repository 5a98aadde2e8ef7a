import type { AgentError } from '@bootfleet/contracts'
import { unknownHost } from './bootc/host-status.ts'
import { createSerialQueue } from './bootc/serial-queue.ts'
import { readClock } from './clock.ts'
import { openDesiredStore } from './desired/desired-store.ts'
import type { HostAdapter } from './host/host-adapter.ts'
import { loadIdentity } from './identity/identity.ts'
import type { Identity } from './identity/identity.ts'
import { openBootLog, bootRecordOf } from './journal/boot-log.ts'
import { openJournal } from './journal/journal.ts'
import type { JournalStore } from './journal/journal.ts'
import { log } from './log.ts'
import type { Platform } from './platform.ts'
import { buildState } from './report/build-state.ts'
import type { Enveloper } from './report/enveloper.ts'
import { Outbox } from './report/outbox.ts'
import { viewOf } from './runtime.ts'
import type { Memory, Runtime } from './runtime.ts'

/** A memory that knows nothing. */
export function newMemory(): Memory {
  return {
    host: unknownHost,
    hostIsFresh: false,
    grant: null,
    conn: null,
    stageNotBefore: 0,
    nextCheckAt: 0,
    rebootAskedAt: null,
    retry: null,
    error: undefined,
    statusError: undefined,
    statusTimeouts: 0,
    damage: undefined,
    step: { kind: 'idle', because: 'starting' },
    stopPull: undefined,
    inventoryHash: undefined,
    driftHash: undefined,
  }
}

/** Reads what is on disk and puts the parts of the agent together. */
export async function openRuntime(input: {
  platform: Platform
  identity: Identity
  bootKey: string
  memory: Memory
  enveloper: Enveloper
  driver: HostAdapter
  wake: () => void
}): Promise<Runtime> {
  const { platform, identity, bootKey, memory } = input
  const oneAtATime = createSerialQueue()
  const bootLog = await openBootLog(platform.state)
  const journal = await openJournal(platform.state, { hasRun: bootLog.entries().length > 0 })
  if (journal.damage !== undefined) memory.damage = damageOf(journal)
  const unsentBoots = () =>
    bootLog
      .entries()
      .filter(({ final, seen }) => final && !seen)
      .map(bootRecordOf)
  const runtime: Runtime = {
    platform,
    bootKey,
    memory,
    journal,
    bootLog,
    driver: input.driver,
    desired: await openDesiredStore(platform.state, identity),
    outbox: new Outbox(input.enveloper, unsentBoots),
    refreshRegistryAuth: () =>
      oneAtATime(async () => platform.refreshRegistryAuth((await loadIdentity(platform.state)) ?? identity)),
    wake: input.wake,
    report: () => report(runtime),
  }
  const isMidway = journal.current().bootKey === bootKey && journal.current().attempt?.phase === 'rebooting'
  // A process that starts while the machine goes down must not undo what the reboot is for.
  if (isMidway && (await platform.machine.isGoingDown())) memory.rebootAskedAt = readClock().mono
  return runtime
}

/** Told once, by the log and by the state, until the agent is started again. */
export function damageOf({ damage = '', current }: JournalStore): AgentError {
  const remedy = current().isLost
    ? 'its copy as well: operations asked for so far count as done, and what this device fell back from is in quarantine again'
    : 'its copy was used, and nothing is lost'
  const detail = `the journal was damaged (${damage}): ${remedy}. Check the disk of this machine`.slice(0, 1024)
  log('journal_damaged', { detail, lost: current().isLost === true })
  return { code: 'state_damaged', detail, retryable: true }
}

/** Nothing is said about a boot before it is classified. */
function report(runtime: Runtime): void {
  const { memory, journal, desired, outbox, bootKey } = runtime
  if (journal.current().bootKey !== bootKey) return
  const { step, damage, inventoryHash, driftHash } = memory
  const error = memory.statusError ?? memory.error
  const observedHash = desired.current()?.hash
  const state = buildState({ view: viewOf(runtime), observedHash, step, error, damage, inventoryHash, driftHash })
  outbox.say((queue) => queue.putState(state))
}
