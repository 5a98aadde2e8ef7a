import type { InventoryDocument } from '@bootfleet/contracts'
import { capabilityWords } from '../bootc/capabilities.ts'
import type { HostStatus } from '../bootc/host-status.ts'
import { blockersOf } from '../host/blockers.ts'
import type { Runtime } from '../runtime.ts'
import { agentVersion } from '../version.ts'
import { noteBootTime } from './boot-time.ts'

/** What this machine is. */
export async function buildInventory(
  { driver, memory, platform }: Runtime,
  hardwareId: string,
): Promise<InventoryDocument> {
  const { machine } = platform
  const { kernel, os, disk } = await machine.facts()
  return {
    agent: agentVersion,
    hardwareId,
    hostname: machine.hostname,
    architecture: machine.architecture,
    kernel,
    os,
    bootc: driver.capabilities.version ?? null,
    backend: memory.host.backend,
    capabilities: capabilityWords(driver.capabilities),
    disk,
    boot: await noteBootTime(platform.state, { digest: memory.host.booted?.digest, ms: await machine.bootMs() }),
    updaters: await machine.updaters(),
    blockers: blockersOf(memory.host, driver.capabilities),
    base: baseOf(memory.host),
  }
}

/** What a host is made from that is more than a container image, or none. */
function baseOf({ modifications }: HostStatus): InventoryDocument['base'] {
  if (modifications === undefined) return null
  const { base, origin = null } = modifications
  return { ref: base?.ref ?? null, digest: base?.digest ?? null, origin }
}
