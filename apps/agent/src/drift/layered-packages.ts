import { maxDriftEntries } from '@bootfleet/contracts'
import type { DriftDocument } from '@bootfleet/contracts'
import type { HostStatus } from '../bootc/host-status.ts'
import { runCommand } from '../machine/run-command.ts'

const lists = [
  'requested-packages',
  'requested-local-packages',
  'requested-base-removals',
  'requested-base-local-replacements',
  'requested-local-fileoverride-packages',
]

/** Packages that the machine has on top of its image, instead of its, or without. */
export async function readLayeredPackages({ booted }: HostStatus): Promise<DriftDocument['packages']> {
  // bootc says whether there are any; only rpm-ostree knows which.
  if (booted?.incompatible !== true) return { count: 0, names: [] }
  const { stdout } = await runCommand('rpm-ostree', ['status', '--json'], { timeoutMs: 30_000 })
  const names = parsePackages(stdout)
  return { count: Math.max(1, names.length), names: names.slice(0, maxDriftEntries) }
}

/** Of the booted deployment in the document of `rpm-ostree status --json`; none when it is no such document. */
export function parsePackages(status: string): string[] {
  const booted = readBooted(status)
  const named = lists.flatMap((list) => {
    const names = booted[list]
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
  })
  const initramfs = booted['regenerate-initramfs'] === true ? ['(initramfs made on the machine)'] : []
  return [...new Set([...named, ...initramfs])].map((name) => name.slice(0, 200))
}

function readBooted(status: string): Record<string, unknown> {
  try {
    const { deployments } = JSON.parse(status) as { deployments?: unknown }
    const known = Array.isArray(deployments) ? (deployments as (Record<string, unknown> | null)[]) : []
    return known.find((deployment) => deployment?.['booted'] === true) ?? {}
  } catch {
    return {}
  }
}
