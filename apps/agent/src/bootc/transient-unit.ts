import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentConfig } from '../config.ts'
import { runCommand } from '../machine/run-command.ts'
import type { CommandOptions, CommandResult } from '../machine/run-command.ts'

const unit = 'bootfleet-bootc.service'
const quick = { timeoutMs: 20_000 }

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

async function tail(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).slice(-256 * 1024)
  } catch {
    return ''
  }
}
