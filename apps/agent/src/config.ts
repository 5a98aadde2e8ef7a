import { join } from 'node:path'
import { updaterModes } from './inventory/updaters.ts'
import type { UpdaterMode } from './inventory/updaters.ts'
import { sessionGuards } from './session/user-sessions.ts'
import type { SessionGuard } from './session/user-sessions.ts'

/** What the agent is told by its environment. Directories are absolute paths, times milliseconds. */
export interface AgentConfig {
  /** Under which /etc, /usr, /proc and /run of this machine are. */
  root: string
  stateDir: string
  runDir: string
  /** Where an enrollment document may be, in order of preference. */
  enrollFiles: string[]
  bootIdFile: string
  hardwareId: string | undefined
  bootc: string
  /** Unit of every back-off and of the pause between health checks. Default 1000. */
  retryBaseMs: number
  /** How long bootc may take: to tell the status, to change something, to pull an image. */
  statusTimeoutMs: number
  changeTimeoutMs: number
  pullTimeoutMs: number
  /** Whether bootc runs in a unit of its own, which outlives the agent. `auto`: where systemd runs the machine. */
  transientUnit: 'auto' | 'always' | 'never'
  /** Each health check is killed after so long. */
  checkTimeoutMs: number
  /** Each pre-reboot and in-service hook is killed after so long. */
  hookTimeoutMs: number
  /** Whose sessions hold back a reboot: of a desktop, of anybody, or nobody's. */
  sessionGuard: SessionGuard
  /** For how long at most they do. */
  sessionLimitMs: number
  /** Less free space than this on the data's file system is unhealthy; 0 switches the check off. */
  minFreeMiB: number
  /** What becomes of other programs that would update this machine. */
  otherUpdaters: UpdaterMode
  /** Proxy settings, which a transient unit does not inherit. */
  proxyEnv: Record<string, string>
}

export function readConfig(env: NodeJS.ProcessEnv = process.env): AgentConfig {
  const stateDir = env['BOOTFLEET_STATE_DIR'] ?? '/var/lib/bootfleet'
  const root = env['BOOTFLEET_ROOT'] ?? '/'
  return {
    root,
    stateDir,
    runDir: env['BOOTFLEET_RUN_DIR'] ?? '/run/bootfleet',
    enrollFiles: enrollFiles(env, { root, stateDir }),
    bootIdFile: env['BOOTFLEET_BOOT_ID_FILE'] ?? '/proc/sys/kernel/random/boot_id',
    hardwareId: env['BOOTFLEET_HARDWARE_ID'],
    bootc: env['BOOTFLEET_BOOTC'] ?? 'bootc',
    retryBaseMs: readNumber(env, 'BOOTFLEET_RETRY_BASE_MS', { usual: 1000, min: 1, max: 60_000 }),
    statusTimeoutMs: 1000 * readNumber(env, 'BOOTFLEET_STATUS_TIMEOUT_SEC', { usual: 60, min: 1, max: 86_400 }),
    changeTimeoutMs: 1000 * readNumber(env, 'BOOTFLEET_CHANGE_TIMEOUT_SEC', { usual: 600, min: 1, max: 86_400 }),
    pullTimeoutMs: 1000 * readNumber(env, 'BOOTFLEET_PULL_TIMEOUT_SEC', { usual: 7200, min: 1, max: 86_400 }),
    transientUnit: readChoice(env, 'BOOTFLEET_TRANSIENT_UNIT', ['auto', 'always', 'never']),
    checkTimeoutMs: 1000 * readNumber(env, 'BOOTFLEET_CHECK_TIMEOUT_SEC', { usual: 60, min: 1, max: 3600 }),
    hookTimeoutMs: 1000 * readNumber(env, 'BOOTFLEET_HOOK_TIMEOUT_SEC', { usual: 300, min: 1, max: 86_400 }),
    sessionGuard: readChoice(env, 'BOOTFLEET_SESSION_GUARD', sessionGuards),
    sessionLimitMs: 60_000 * readNumber(env, 'BOOTFLEET_SESSION_LIMIT_MIN', { usual: 240, min: 0, max: 20_160 }),
    minFreeMiB: readNumber(env, 'BOOTFLEET_MIN_FREE_MIB', { usual: 32, min: 0, max: 1_000_000 }),
    otherUpdaters: readChoice(env, 'BOOTFLEET_OTHER_UPDATERS', updaterModes),
    proxyEnv: proxySettings(env),
  }
}

function enrollFiles(env: NodeJS.ProcessEnv, { root, stateDir }: { root: string; stateDir: string }): string[] {
  const explicit = env['BOOTFLEET_ENROLL_FILE']
  if (explicit !== undefined) return [explicit]
  const credentials = env['CREDENTIALS_DIRECTORY']
  return [
    ...(credentials === undefined ? [] : [join(credentials, 'bootfleet.enroll')]),
    join(stateDir, 'enroll.json'),
    join(root, 'etc/bootfleet/enroll.json'),
    join(root, 'usr/lib/bootfleet/enroll.json'),
  ]
}

function readNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  { usual, min, max }: { usual: number; min: number; max: number },
): number {
  const value = Number(env[name] ?? usual)
  if (value >= min && value <= max) return value
  throw new Error(`${name} must be ${min} to ${max}: correct it or leave it out`)
}

/** The first choice is the usual one. */
function readChoice<const T extends string>(env: NodeJS.ProcessEnv, name: string, choices: readonly [T, ...T[]]): T {
  const value = env[name] ?? choices[0]
  const choice = choices.find((known) => known === value)
  if (choice !== undefined) return choice
  throw new Error(`${name} must be one of ${choices.join(', ')}: correct it or leave it out`)
}

function proxySettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}
