import type { AgentConfig } from '../config.ts'
import { runCommand } from '../machine/run-command.ts'
import type { CommandResult } from '../machine/run-command.ts'
import { noCapabilities, readCapabilities } from './capabilities.ts'
import type { Capabilities } from './capabilities.ts'
import { classifyBootcError } from './classify-error.ts'
import type { BootcFailure } from './classify-error.ts'
import type { HostStatus } from './host-status.ts'
import { parseStatus } from './parse-status.ts'
import { openProgressFifo } from './progress-fifo.ts'
import type { PullProgress } from './progress-fifo.ts'
import { createSerialQueue } from './serial-queue.ts'
import { canUseTransientUnit, runInUnit } from './transient-unit.ts'

const quickMs = 20_000
const statusMs = 60_000
const changeMs = 10 * 60_000
const pullMs = 2 * 60 * 60_000

/** bootc failed; `failure` says how, in the agent's words and bootc's own. */
export class BootcError extends Error {
  override readonly name = 'BootcError'
  readonly failure: BootcFailure

  constructor(failure: BootcFailure) {
    super(failure.detail)
    this.failure = failure
  }
}

export interface StageOptions {
  ref: string
  onProgress: (progress: PullProgress) => void
  signal: AbortSignal
}

/**
 * bootc, one call at a time: it holds a lock for as long as a verb runs, and `status` waits for that lock for ever.
 * Each call is bounded in time. All throw BootcError.
 */
export interface BootcDriver {
  capabilities: Capabilities
  status: () => Promise<HostStatus>
  /** Downloads and stages an image; with the capability it is locked, or is about to be. */
  stage: (options: StageOptions) => Promise<void>
  /** What is staged is not applied by a reboot any more. */
  lock: () => Promise<void>
  /** What is staged is applied by the next reboot. */
  unlock: () => Promise<void>
  /** Toggles which of two deployments boots next, and drops what is staged. */
  rollback: () => Promise<void>
}

export async function createBootcDriver(config: AgentConfig): Promise<BootcDriver> {
  const queue = createSerialQueue()
  const capabilities = await probe(config.bootc)
  const inUnit = await canUseTransientUnit(config)

  async function change(args: readonly string[], options: { timeoutMs: number; signal?: AbortSignal }): Promise<void> {
    const command = [config.bootc, ...args]
    const result = inUnit ? await runInUnit(config, command, options) : await runCommand(config.bootc, args, options)
    if (result.code !== 0) throw failureOf(result)
  }

  async function pull(args: string[], options: StageOptions): Promise<void> {
    const fifo = capabilities.progressFd ? await openProgressFifo(config.runDir, options.onProgress) : undefined
    const limits = { timeoutMs: pullMs, signal: options.signal }
    try {
      const plain = [config.bootc, ...args]
      const command = fifo === undefined ? plain : withProgress(fifo.path, plain)
      const result = inUnit
        ? await runInUnit(config, command, limits)
        : await runCommand(command[0] ?? '', command.slice(1), limits)
      if (result.code !== 0) throw failureOf(result)
    } finally {
      await fifo?.close()
    }
  }

  return {
    capabilities,
    status: () => queue(() => readStatus(config.bootc)),
    stage: (options) =>
      queue(async () => {
        const lockAtOnce = capabilities.switchDownloadOnly ? ['--download-only'] : []
        await pull(['switch', ...lockAtOnce, options.ref], options)
        if (capabilities.downloadOnly && !capabilities.switchDownloadOnly) {
          await change(['upgrade', '--download-only'], { timeoutMs: changeMs })
        }
      }),
    lock: () => queue(() => change(['upgrade', '--download-only'], { timeoutMs: changeMs })),
    unlock: () => queue(() => change(['upgrade', '--from-downloaded'], { timeoutMs: changeMs })),
    rollback: () => queue(() => change(['rollback'], { timeoutMs: changeMs })),
  }
}

/** Opens the FIFO in the command's own shell, which works the same as a child and as a unit. */
function withProgress(fifo: string, command: readonly string[]): string[] {
  return ['sh', '-c', 'exec 3>"$0"; exec "$@" --progress-fd 3', fifo, ...command]
}

async function readStatus(bootc: string): Promise<HostStatus> {
  const ask = (...args: string[]) => runCommand(bootc, ['status', ...args], { timeoutMs: statusMs })
  const modern = await ask('--format=json', '--format-version=1')
  // Exit 2 is a usage error: an old bootc that knows only the first form of the flag.
  const result = modern.code === 2 ? await ask('--json') : modern
  if (result.code !== 0) throw failureOf(result)
  try {
    return parseStatus(JSON.parse(result.stdout))
  } catch (cause) {
    throw new BootcError({ code: 'bootc_failed', detail: `bootc status: ${String(cause)}`, retryable: true })
  }
}

async function probe(bootc: string): Promise<Capabilities> {
  const ask = (...args: string[]) => runCommand(bootc, args, { timeoutMs: quickMs })
  const version = await ask('--version')
  if (version.code !== 0) return noCapabilities
  const [upgrade, change] = [await ask('upgrade', '--help'), await ask('switch', '--help')]
  return readCapabilities({ version: version.stdout, upgradeHelp: upgrade.stdout, switchHelp: change.stdout })
}

function failureOf(result: CommandResult): BootcError {
  if (result.missing) {
    return new BootcError({ code: 'unsupported_host', detail: 'there is no bootc on this machine', retryable: false })
  }
  if (result.timedOut) return new BootcError({ code: 'bootc_timeout', detail: 'bootc took too long', retryable: true })
  return new BootcError(classifyBootcError(result.stderr))
}
