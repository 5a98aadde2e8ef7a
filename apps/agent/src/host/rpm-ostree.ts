import type { HostStatus, Modifications } from '../bootc/host-status.ts'
import { runCommand } from '../machine/run-command.ts'
import { parseRpmOstree } from './parse-rpm-ostree.ts'

/** A deployment as rpm-ostree sees it, and what was changed on it. */
export interface RpmOstreeStatus {
  host: HostStatus
  modifications: Modifications
}

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
