import type { AgentError } from '@bootfleet/contracts'
import type { HostStatus } from './bootc/host-status.ts'
import { readClock } from './clock.ts'
import type { DesiredStore } from './desired/desired-store.ts'
import type { HeldGrant } from './desired/grant.ts'
import type { HostAdapter } from './host/host-adapter.ts'
import type { BootLog } from './journal/boot-log.ts'
import type { JournalStore } from './journal/journal.ts'
import type { Step } from './plan/step.ts'
import type { View } from './plan/view.ts'
import type { Platform } from './platform.ts'
import type { Outbox } from './report/outbox.ts'

/** What only this process knows. All of it may be lost: the next process derives what it needs. */
export interface Memory {
  host: HostStatus
  hostIsFresh: boolean
  grant: HeldGrant | null
  conn: string | null
  stageNotBefore: number
  nextCheckAt: number
  rebootAskedAt: number | null
  retry: (NonNullable<View['retry']> & { failures: number }) | null
  error: AgentError | undefined
  /** Why bootc cannot be asked, as long as it cannot. */
  statusError: AgentError | undefined
  /** How often in a row it did not answer in time. */
  statusTimeouts: number
  /** What was kept for this process and could not be read. */
  damage: AgentError | undefined
  step: Step
  /** Ends the pull that runs now. */
  stopPull: AbortController | undefined
  inventoryHash: string | undefined
  driftHash: string | undefined
}

/** What the parts of a running agent share. */
export interface Runtime {
  platform: Platform
  bootKey: string
  driver: HostAdapter
  journal: JournalStore
  bootLog: BootLog
  desired: DesiredStore
  outbox: Outbox
  memory: Memory
  /** Logs in to registries as the server says now. Throws when it cannot be asked. */
  refreshRegistryAuth: () => Promise<void>
  /** Makes the loop look again. */
  wake: () => void
  /** Puts what is true now into the outbox. */
  report: () => void
}

/** Everything that the next step is decided on. */
export function viewOf({ memory, desired, driver, bootKey, journal }: Runtime): View {
  return {
    now: readClock(),
    desired: desired.current()?.doc ?? null,
    stageNotBefore: memory.stageNotBefore,
    grant: memory.grant,
    conn: memory.conn,
    host: memory.host,
    hostIsFresh: memory.hostIsFresh,
    caps: driver.capabilities,
    bootKey,
    journal: journal.current(),
    nextCheckAt: memory.nextCheckAt,
    rebootAskedAt: memory.rebootAskedAt,
    retry: memory.retry,
  }
}
