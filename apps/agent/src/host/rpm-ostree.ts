import { runCommand } from '../machine/run-command.ts'
import { parseRpmOstree } from './parse-rpm-ostree.ts'
import type { RpmOstreeStatus } from './parse-rpm-ostree.ts'

/** Undefined where there is no rpm-ostree. It answers also while bootc holds the lock of the sysroot. */
export async function readRpmOstree(): Promise<RpmOstreeStatus | undefined> {
  const result = await runCommand('rpm-ostree', ['status', '--json'], { timeoutMs: 20_000 })
  if (result.code !== 0) return undefined
  try {
    return parseRpmOstree(JSON.parse(result.stdout))
  } catch {
    return undefined
  }
}
