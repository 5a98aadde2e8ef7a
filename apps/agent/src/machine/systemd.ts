import { runCommand } from './run-command.ts'

const quick = { timeoutMs: 20_000 }

/** Names of the units that have failed, or undefined when systemd cannot be asked. */
export async function failedUnits(): Promise<string[] | undefined> {
  const args = ['list-units', '--failed', '--plain', '--no-legend', '--no-pager']
  const { code, stdout } = await runCommand('systemctl', args, quick)
  if (code !== 0) return undefined
  return stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || [])
}

/** `active`, `inactive`, `failed`, …; `unknown` when systemd cannot be asked. */
export async function activeState(unit: string): Promise<string> {
  const { stdout } = await runCommand('systemctl', ['is-active', unit], quick)
  return stdout.trim().slice(0, 40) || 'unknown'
}

/** Properties of a unit by their names; those that systemd does not know are left out. */
export async function unitProperties(unit: string, names: readonly string[]): Promise<Map<string, string>> {
  const { stdout } = await runCommand('systemctl', ['show', '-p', names.join(','), unit], quick)
  const pairs = stdout.split('\n').map((line) => line.split(/=(.*)/s))
  return new Map(pairs.flatMap(([name = '', value = '']) => (names.includes(name) ? [[name, value]] : [])))
}

/** From the start of the kernel to the last unit of the boot, milliseconds; undefined until all have started. */
export async function readBootMs(): Promise<number | undefined> {
  const { code, stdout } = await runCommand('systemctl', ['show', '-p', 'FinishTimestampMonotonic', '--value'], quick)
  const microseconds = Number.parseInt(stdout, 10)
  return code === 0 && microseconds > 0 ? Math.round(microseconds / 1000) : undefined
}

/** How often userspace was restarted without the kernel; 0 where systemd does not count it. */
export async function softRebootCount(): Promise<number> {
  const { code, stdout } = await runCommand('systemctl', ['show', '-p', 'SoftRebootsCount', '--value'], quick)
  const count = Number.parseInt(stdout, 10)
  return code === 0 && Number.isSafeInteger(count) && count > 0 ? count : 0
}

/** Asks for a reboot. Throws what systemctl said when it refused. */
export async function requestReboot(): Promise<void> {
  const result = await runCommand('systemctl', ['reboot', '--message=Initiated by bootfleet'], quick)
  if (result.code !== 0) throw new Error(`systemctl reboot failed: ${result.stderr.trim() || 'no message'}`)
}

/** The machine is on its way down already. */
export async function isGoingDown(): Promise<boolean> {
  const { stdout } = await runCommand('systemctl', ['is-system-running'], quick)
  return stdout.trim() === 'stopping'
}
