import type { InventoryDocument } from '@bootfleet/contracts'
import type { HostStatus } from '../bootc/host-status.ts'
import type { LocalDrift } from '../drift/read-drift.ts'
import type { HookKind, HookResult } from '../hooks/hook.ts'
import type { CheckInput, CheckRound } from '../health/check.ts'
import type { LastShutdown } from './last-shutdown.ts'

/** What the inventory says of a machine besides bootc; only what JSON can hold. */
export interface MachineFacts {
  kernel: string
  os: Record<string, string>
  disk: { totalGiB: number; freePercent: number } | null
}

/** What the agent asks of the machine that it runs on, bootc aside. */
export interface Machine {
  hostname: string
  /** In the words of OCI. */
  architecture: string
  /** Names this boot: another boot, another key. */
  bootKey: () => Promise<string>
  /** The same for the life of the machine. */
  hardwareId: () => Promise<string>
  uptimeMs: () => number
  facts: () => Promise<MachineFacts>
  /** From the start of the kernel to the last unit; undefined until then, and where nobody can tell. */
  bootMs: () => Promise<number | undefined>
  /** What differs from the image on disk, without what bootc itself says. */
  localDrift: (host: HostStatus) => Promise<LocalDrift>
  /** Programs of this machine that prepare it for a reboot, or take it into service again, in their order. */
  findHooks: (kind: HookKind) => Promise<string[]>
  runHook: (hook: string, env: Record<string, string>) => Promise<HookResult>
  /** People who work on this machine and should not be interrupted, each once. */
  busyUsers: () => Promise<string[]>
  /** Tells those who are logged in. */
  notifyUsers: (text: string) => Promise<void>
  /** What else would update or reboot this machine, with the state of each. */
  updaters: () => Promise<InventoryDocument['updaters']>
  /** Names of the units that have failed, or undefined when nobody can tell. */
  failedUnits: () => Promise<string[] | undefined>
  /** Runs all health checks once. */
  runChecks: (input: CheckInput) => Promise<CheckRound>
  /** What became of the image that was staged in the boot before. `isSoft`: userspace alone was restarted since. */
  lastShutdown: (of: { backend: HostStatus['backend']; isSoft: boolean }) => Promise<LastShutdown>
  /** Throws what the machine said when it refused. */
  requestReboot: () => Promise<void>
  /** It is on its way down already. */
  isGoingDown: () => Promise<boolean>
  /** Turns off whatever else would update this machine, and names what was on. */
  disableOtherUpdaters: () => Promise<string[]>
  /** The end of the system's log. */
  readLog: () => Promise<string>
}
