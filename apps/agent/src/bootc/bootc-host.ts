import type { AgentConfig } from '../config.ts'
import { HostError } from '../host/host-adapter.ts'
import type { HostAdapter, StageOptions } from '../host/host-adapter.ts'
import { readRpmOstree } from '../host/rpm-ostree.ts'
import { hideStaging } from '../inventory/updaters.ts'
import { messageOf } from '../log.ts'
import { runCommand } from '../machine/run-command.ts'
import type { CommandOptions, CommandResult } from '../machine/run-command.ts'
import { lastSaidBy } from '../plain-text.ts'
import type { Capabilities } from './capabilities.ts'
import { classifyBootcError } from './classify-error.ts'
import { digestOfRef, pinnedRef, repositoryOf } from './host-status.ts'
import type { HostStatus } from './host-status.ts'
import { parseStatus } from './parse-status.ts'
import { openProgressFifo } from './progress-fifo.ts'
import { createSerialQueue } from './serial-queue.ts'
import { runInUnit } from './transient-unit.ts'

export interface BootcHostInput {
  config: AgentConfig
  capabilities: Capabilities
  /** bootc runs in a transient unit, which outlives the agent. */
  inUnit: boolean
}

/**
 * bootc, one call at a time: it holds a lock for as long as a verb runs, and `status` waits for that lock for ever. Each
 * call is bounded in time, and ends with all of its processes.
 */
export function createBootcHost(input: BootcHostInput): HostAdapter {
  const { config, capabilities } = input
  const queue = createSerialQueue()
  const change = (...args: string[]) => changeHost(input, args, { timeoutMs: config.changeTimeoutMs })
  const softly = (isWanted: boolean): string[] => (isWanted && capabilities.softReboot ? ['--soft-reboot=auto'] : [])

  return {
    capabilities,
    status: () => queue(() => readHost(config)),
    stage: (options) =>
      queue(async () => {
        const lockAtOnce = capabilities.switchDownloadOnly ? ['--download-only'] : []
        const target = switchTarget(options.ref, capabilities)
        const signed = options.requireSignatures === true ? ['--enforce-container-sigpolicy'] : []
        await pull(input, ['switch', ...lockAtOnce, ...signed, ...softly(options.softReboot === true), target], options)
        // What `switch` staged any reboot would apply. The digest is there by now, so that this asks no registry.
        if (capabilities.downloadOnly && !capabilities.switchDownloadOnly) await change('upgrade', '--download-only')
      }),
    // Not by `switch`, which does nothing about an image that is staged already.
    lock: () => queue(() => change('upgrade', '--download-only')),
    unlock: ({ softReboot }) => queue(() => change('upgrade', '--from-downloaded', ...softly(softReboot))),
    dropStaged: () => queue(() => dropStaged(input)),
    rollback: () => queue(() => change('rollback')),
  }
}

/** Old ones refuse a tag beside a digest; the digest alone says it all. */
function switchTarget(ref: string, { tagBesideDigest }: Capabilities): string {
  const digest = digestOfRef(ref)
  return tagBesideDigest || digest === undefined ? ref : `${repositoryOf(ref)}@${digest}`
}

/**
 * A staged deployment is always the first one for ostree, and has its name on composefs, where bootc does not go back to
 * the booted image. It is looked at just before, in the same turn of the queue.
 */
async function dropStaged(input: BootcHostInput): Promise<void> {
  const { config } = input
  const host = await readHost(config)
  if (host.staged === null) return
  if (host.backend === 'composefs') {
    const { id = '' } = host.staged
    return changeHost(input, ['delete-deployment', id], { timeoutMs: config.changeTimeoutMs })
  }
  const result = await runCommand('ostree', ['admin', 'undeploy', '0'], { timeoutMs: config.changeTimeoutMs })
  if (result.code === 0) return
  if (!result.missing) throw failureOf(result)
  const ref = pinnedRef(host.booted)
  if (ref === undefined) {
    const detail = 'what is staged cannot be taken back: there is no ostree program, and the booted image is not known'
    throw new HostError({ code: 'bootc_failed', detail, retryable: true })
  }
  await changeHost(input, ['switch', ref], { timeoutMs: config.pullTimeoutMs })
}

async function changeHost(input: BootcHostInput, args: readonly string[], options: CommandOptions): Promise<void> {
  const result = await runBootc(input, [input.config.bootc, ...args], options)
  if (result.code !== 0) throw failureOf(result)
}

async function pull(input: BootcHostInput, args: string[], options: StageOptions): Promise<void> {
  const { config, capabilities } = input
  const fifo = capabilities.progressFd ? await openProgressFifo(config.runDir, options.onProgress) : undefined
  try {
    const plain = [config.bootc, ...args]
    const command = fifo === undefined ? plain : withProgress(fifo.path, plain)
    const result = await runBootc(input, command, { timeoutMs: config.pullTimeoutMs, signal: options.signal })
    if (result.code !== 0) throw failureOf(result)
  } finally {
    await fifo?.close()
  }
}

async function runBootc(
  { config, inUnit }: BootcHostInput,
  command: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const [program = '', ...args] = command
  const result = await (inUnit ? runInUnit(config, command, options) : runCommand(program, args, options))
  await hideStaging(config.root, config.otherUpdaters)
  return result
}

/** Opens the FIFO in the command's own shell, which works the same as a child and as a unit. */
function withProgress(fifo: string, command: readonly string[]): string[] {
  return ['sh', '-c', 'exec 3>"$0"; exec "$@" --progress-fd 3', fifo, ...command]
}

/** bootc says nothing of what is layered on an image, and of a system that is none: rpm-ostree does. */
async function readHost(config: AgentConfig): Promise<HostStatus> {
  const host = await readStatus(config)
  if (host.kind !== 'ostree') return host
  const modifications = (await readRpmOstree())?.modifications
  return modifications === undefined ? host : { ...host, modifications }
}

async function readStatus({ bootc, statusTimeoutMs }: AgentConfig): Promise<HostStatus> {
  const ask = (...args: string[]) => runCommand(bootc, ['status', ...args], { timeoutMs: statusTimeoutMs })
  const modern = await ask('--format=json', '--format-version=1')
  // Exit 2 is a usage error: an old bootc that knows only the first form of the flag.
  const result = modern.code === 2 ? await ask('--json') : modern
  if (result.code !== 0) throw failureOf(result)
  try {
    return parseStatus(parseJson(result.stdout))
  } catch (cause) {
    const detail = messageOf(cause)
    throw new HostError({ code: 'bootc_failed', detail, retryable: true, raw: lastSaidBy(result.stdout, 1000) })
  }
}

function failureOf(result: CommandResult): HostError {
  if (result.missing) {
    return new HostError({ code: 'unsupported_host', detail: 'there is no bootc on this machine', retryable: false })
  }
  const failure = classifyBootcError(result.stderr.trim() === '' ? silent(result) : result.stderr)
  if (!result.timedOut) return new HostError(failure)
  return new HostError({ ...failure, code: 'bootc_timeout', detail: 'bootc took too long', retryable: true })
}

function silent({ code, signal }: CommandResult): string {
  return `bootc ${code === null ? `was ended by ${signal ?? 'nobody knows what'}` : `ended with exit code ${code}`} and said nothing`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`it printed no JSON (${messageOf(cause)})`, { cause })
  }
}
