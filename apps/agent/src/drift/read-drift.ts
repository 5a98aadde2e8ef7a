import type { DriftDocument } from '@bootfleet/contracts'
import type { HostStatus } from '../bootc/host-status.ts'
import { readEtcChanges } from './etc-changes.ts'
import { readLocalArguments } from './kernel-arguments.ts'
import { readLayeredPackages } from './layered-packages.ts'

/** What a machine can tell of its drift besides bootc's own status. */
export type LocalDrift = Pick<DriftDocument, 'etc' | 'packages' | 'kernelArguments'>

export async function readDrift(places: { root: string; bootc: string }, host: HostStatus): Promise<LocalDrift> {
  return {
    etc: await readEtcChanges(host, places.bootc),
    packages: await readLayeredPackages(host),
    kernelArguments: await readLocalArguments(places.root),
  }
}

/** How this machine differs from its image, all told. */
export function driftOf(host: HostStatus, local: LocalDrift): DriftDocument {
  const { etc, packages, kernelArguments } = local
  const overlay = host.usrOverlay === null ? 0 : 1
  return {
    count: (etc?.count ?? 0) + packages.count + kernelArguments.count + overlay,
    etc,
    usrOverlay: host.usrOverlay,
    packages,
    kernelArguments,
    pinned: [host.rollback, ...host.others].filter((deployment) => deployment?.pinned).length,
  }
}
