import { hostname, uptime } from 'node:os'
import type { AgentConfig } from '../config.ts'
import { readDrift } from '../drift/read-drift.ts'
import { runChecks } from '../health/run-checks.ts'
import { readUpdaters, stopUpdaters } from '../inventory/updaters.ts'
import { findHooks, runHook } from '../hooks/hook.ts'
import { busyUsers, notifyUsers } from '../session/user-sessions.ts'
import type { Store } from '../store/store.ts'
import type { Machine } from './machine.ts'
import { readBootKey } from './boot-key.ts'
import { readHardwareId, ociArchitecture } from './hardware-id.ts'
import { readLastShutdown } from './last-shutdown.ts'
import { runCommand } from './run-command.ts'
import { readFacts } from './system-facts.ts'
import { failedUnits, isGoingDown, readBootMs, requestReboot } from './systemd.ts'

/** The machine that this process runs on, as systemd and the kernel show it. */
export function systemMachine(config: AgentConfig, state: Store): Machine {
  return {
    hostname: hostname(),
    architecture: ociArchitecture(),
    bootKey: () => readBootKey(config.bootIdFile),
    hardwareId: async () => config.hardwareId ?? (await readHardwareId(state)),
    uptimeMs: () => Math.round(uptime() * 1000),
    facts: () => readFacts(config),
    bootMs: readBootMs,
    localDrift: (host) => readDrift(config, host),
    findHooks: (kind) => findHooks(config.root, kind),
    runHook: (hook, env) => runHook(hook, env, config.hookTimeoutMs),
    busyUsers: () => busyUsers(config.sessionGuard),
    notifyUsers,
    updaters: () => readUpdaters(config.root, config.otherUpdaters),
    failedUnits,
    runChecks: (input) => runChecks(config, input),
    lastShutdown: readLastShutdown,
    requestReboot,
    isGoingDown,
    disableOtherUpdaters: () => stopUpdaters(config.root, config.otherUpdaters),
    readLog,
  }
}

async function readLog(): Promise<string> {
  const args = ['-b', '-n', '2000', '-o', 'short-iso', '--no-pager']
  const { stdout, stderr } = await runCommand('journalctl', args, { timeoutMs: 30_000 })
  return stdout || stderr || 'the journal is empty'
}
