import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentConfig } from '../config.ts'
import { runCommand } from '../machine/run-command.ts'
import type { CommandOptions, CommandResult } from '../machine/run-command.ts'

const unit = 'bootfleet-bootc.service'
const quick = { timeoutMs: 20_000 }
const maxOutput = 256 * 1024

/** Whether bootc should run in a unit of its own, so that restarting the agent does not kill a pull. */
export async function canUseTransientUnit(config: AgentConfig): Promise<boolean> {
  if (config.transientUnit === 'never') return false
  if (config.transientUnit === 'auto' && !existsSync('/run/systemd/system')) return false
  return !(await runCommand('systemd-run', ['--version'], quick)).missing
}

/** Runs a command as a transient unit and waits for it. Timeout and abort stop the unit. Never rejects. */
export async function runInUnit(
  config: AgentConfig,
  command: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const outputs = { stdout: join(config.runDir, 'bootc.out'), stderr: join(config.runDir, 'bootc.err') }
  // An earlier agent's unit that is still there holds the lock of the sysroot as well: it has to end first.
  await runCommand('systemctl', ['stop', unit], { timeoutMs: options.timeoutMs })
  await runCommand('systemctl', ['reset-failed', unit], quick)
  const args = [
    '--quiet',
    '--wait',
    '--collect',
    `--unit=${unit}`,
    '--description=bootc, run by bootfleet',
    // Also when the agent that started it is gone.
    `--property=RuntimeMaxSec=${Math.ceil(options.timeoutMs / 1000)}`,
    `--property=StandardOutput=truncate:${outputs.stdout}`,
    `--property=StandardError=truncate:${outputs.stderr}`,
    ...Object.entries(config.proxyEnv).map(([name, value]) => `--setenv=${name}=${value}`),
    '--',
    ...command,
  ]
  const result = await runCommand('systemd-run', args, options)
  if (result.timedOut || options.signal?.aborted) await runCommand('systemctl', ['stop', unit], quick)
  const output = { stdout: await tail(outputs.stdout), stderr: (await tail(outputs.stderr)) || result.stderr }
  await rm(outputs.stdout, { force: true })
  await rm(outputs.stderr, { force: true })
  return { ...result, ...output }
}

/** The last 256 KiB: what a unit writes has no bound. */
async function tail(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const length = Math.min(size, maxOutput)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
