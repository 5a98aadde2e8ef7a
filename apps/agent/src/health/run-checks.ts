import { access, constants, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FailedCheck } from '../machine/machine.ts'
import { runCommand } from '../machine/run-command.ts'
import { failedUnits } from '../machine/systemd.ts'

const maxCheckMs = 60_000
const maxOutput = 1000

/** Where executable checks are looked for; each must exit 0. */
export function checkDirectories(stateDir: string): string[] {
  const roots = [join(stateDir, 'checks'), '/etc/bootfleet/checks', '/usr/lib/bootfleet/checks']
  return roots.map((root) => join(root, 'required.d'))
}

/**
 * Runs all required checks once and names those that failed. They look at this machine only: whether the control plane
 * can be reached says nothing about the health of an image.
 */
export async function runChecks(input: {
  stateDir: string
  /** Units that had failed on the image before, or null when there is nothing to compare with. */
  baseline: readonly string[] | null
}): Promise<FailedCheck[]> {
  const failed = await newlyFailedUnits(input.baseline)
  for (const file of await findChecks(input.stateDir)) {
    const result = await runCommand(file, [], { timeoutMs: maxCheckMs })
    if (result.code === 0) continue
    const output = result.timedOut ? 'did not end in time' : (result.stdout + result.stderr).trim().slice(-maxOutput)
    failed.push({ check: (file.split('/').at(-1) ?? file).slice(0, 128), ...(output !== '' && { output }) })
  }
  return failed.slice(0, 20)
}

async function newlyFailedUnits(baseline: readonly string[] | null): Promise<FailedCheck[]> {
  if (baseline === null) return []
  const now = (await failedUnits()) ?? []
  const added = now.filter((unit) => !baseline.includes(unit))
  return added.map((unit) => ({
    check: `unit ${unit}`.slice(0, 128),
    output: 'failed in this boot, not in the one before',
  }))
}

async function findChecks(stateDir: string): Promise<string[]> {
  const found: string[] = []
  for (const directory of checkDirectories(stateDir)) {
    const names = await readdir(directory).catch(() => [])
    for (const name of names.toSorted((left, right) => (left < right ? -1 : 1))) {
      const file = join(directory, name)
      const isRunnable = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isRunnable) found.push(file)
    }
  }
  return found
}
