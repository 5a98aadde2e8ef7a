import { basename, join } from 'node:path'
import { findExecutables } from '../machine/executables.ts'
import { runCommand } from '../machine/run-command.ts'
import { failedCheck } from './check.ts'
import type { FailedCheck } from './check.ts'

export interface CheckPlaces {
  /** Under which /etc and /usr are. */
  root: string
  stateDir: string
  /** Each check is killed with all that it started after so long. */
  checkTimeoutMs: number
}

/** Where executable checks of one kind are looked for, the most specific first; each must exit 0. */
export function checkDirectories(places: CheckPlaces, kind: 'required.d' | 'wanted.d'): string[] {
  const { root, stateDir } = places
  const parents = [stateDir, join(root, 'etc/bootfleet'), join(root, 'usr/lib/bootfleet')]
  return parents.map((parent) => join(parent, 'checks', kind))
}

/** Runs the checks of one kind, one after another, and names those that failed. */
export async function runCheckDirectory(places: CheckPlaces, kind: 'required.d' | 'wanted.d'): Promise<FailedCheck[]> {
  const failed: FailedCheck[] = []
  for (const file of await findExecutables(checkDirectories(places, kind))) {
    const { code, timedOut, stdout, stderr } = await runCommand(file, [], { timeoutMs: places.checkTimeoutMs })
    if (code === 0 && !timedOut) continue
    const reason = timedOut ? `\ndid not end within ${Math.ceil(places.checkTimeoutMs / 1000)} s` : ''
    failed.push(failedCheck(basename(file), stdout + stderr + reason))
  }
  return failed
}
