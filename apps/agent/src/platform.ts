import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnrollmentDocument } from '@bootfleet/contracts'
import type { AgentConfig } from './config.ts'
import type { HostAdapter } from './host/host-adapter.ts'
import { openHost } from './host/open-host.ts'
import { findEnrollment } from './identity/find-enrollment.ts'
import type { Identity } from './identity/identity.ts'
import { openHttpsTransport } from './link/https-transport.ts'
import { openMqttTransport } from './link/mqtt-transport.ts'
import type { Carriers } from './link/open-connection.ts'
import type { Machine } from './machine/machine.ts'
import { systemMachine } from './machine/system-machine.ts'
import { directoryStore } from './store/directory-store.ts'
import { refreshRegistryAuth } from './registry/registry-auth.ts'
import { findSignatureProblem } from './registry/signature-policy.ts'
import type { Store } from './store/store.ts'

/** All that an agent has around itself: with another one it runs elsewhere, and nothing else changes. */
export interface Platform {
  machine: Machine
  /** Outlives reboots. */
  state: Store
  /** Outlives the agent, not the boot. */
  run: Store
  openDriver: () => Promise<HostAdapter>
  carriers: Carriers
  findEnrollment: () => Promise<EnrollmentDocument | undefined>
  /** Runs one request to enroll when it may go out. */
  takeTurn: <T>(request: () => Promise<T>) => Promise<T>
  /** Logs this machine in to registries as the server says now, or out. Throws when the server cannot be asked. */
  refreshRegistryAuth: (identity: Identity) => Promise<void>
  /** Why images of this repository cannot be checked for signatures on this machine, and what to do; undefined if they can. */
  signatureProblem: (repository: string) => Promise<string | undefined>
  /** For how long people who work on the machine hold back a reboot, milliseconds. */
  sessionLimitMs: number
  /** Unit of every back-off and of the pause between health checks, milliseconds. */
  retryBaseMs: number
}

/** The machine that this process runs on. */
export async function systemPlatform(config: AgentConfig): Promise<Platform> {
  await mkdir(config.stateDir, { recursive: true, mode: 0o700 })
  await mkdir(config.runDir, { recursive: true, mode: 0o700 })
  const state = directoryStore(config.stateDir)
  const run = directoryStore(config.runDir)
  return {
    machine: systemMachine(config, state),
    state,
    run,
    openDriver: () => openHost(config),
    carriers: { mqtt: openMqttTransport, https: openHttpsTransport },
    findEnrollment: () => findEnrollment(config.enrollFiles, join(config.root, 'proc/cmdline')),
    takeTurn: (request) => request(),
    refreshRegistryAuth: (identity) => refreshRegistryAuth({ root: config.root, state, run }, identity),
    signatureProblem: (repository) => findSignatureProblem(config.root, repository),
    sessionLimitMs: config.sessionLimitMs,
    retryBaseMs: config.retryBaseMs,
  }
}
