import { createBootcDriver } from './bootc/bootc-driver.ts'
import type { BootcDriver } from './bootc/bootc-driver.ts'
import { unknownHost } from './bootc/host-status.ts'
import { readClock } from './clock.ts'
import type { AgentConfig } from './config.ts'
import { openDesiredStore } from './desired/desired-store.ts'
import type { Identity } from './identity/identity.ts'
import { openBootLog, bootRecordOf } from './journal/boot-log.ts'
import { openJournal } from './journal/journal.ts'
import { isGoingDown } from './machine/systemd.ts'
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
    step: { kind: 'idle', because: 'starting' },
    stopPull: undefined,
    inventoryHash: undefined,
    driftHash: undefined,
  }
}

/** Reads what is on disk and puts the parts of the agent together. */
export async function openRuntime(input: {
  config: AgentConfig
  identity: Identity
  bootKey: string
  memory: Memory
  enveloper: Enveloper
  driver?: BootcDriver
  wake: () => void
}): Promise<Runtime> {
  const { config, identity, bootKey, memory } = input
  const bootLog = await openBootLog(config.stateDir)
  const journal = await openJournal(config.stateDir)
  const unsentBoots = () =>
    bootLog
      .entries()
      .filter(({ final, seen }) => final && !seen)
      .map(bootRecordOf)
  const runtime: Runtime = {
    config,
    bootKey,
    memory,
    journal,
    bootLog,
    driver: input.driver ?? (await createBootcDriver(config)),
    desired: await openDesiredStore(config.stateDir, identity),
    outbox: new Outbox(input.enveloper, unsentBoots),
    wake: input.wake,
    report: () => report(runtime),
  }
  const isMidway = journal.current().bootKey === bootKey && journal.current().attempt?.phase === 'rebooting'
  // A process that starts while the machine goes down must not undo what the reboot is for.
  if (isMidway && (await isGoingDown())) memory.rebootAskedAt = readClock().mono
  return runtime
}

/** Nothing is said about a boot before it is classified. */
function report(runtime: Runtime): void {
  const { memory, journal, desired, outbox, bootKey } = runtime
  if (journal.current().bootKey !== bootKey) return
  const { step, error, inventoryHash, driftHash } = memory
  const observedHash = desired.current()?.hash
  const state = buildState({ view: viewOf(runtime), observedHash, step, error, inventoryHash, driftHash })
  outbox.say((queue) => queue.putState(state))
}
