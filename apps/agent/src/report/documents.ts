import type { DocumentBody } from '@bootfleet/contracts'
import { sha256Hex } from '@bootfleet/pki'
import { capabilityWords } from '../bootc/capabilities.ts'
import type { Runtime } from '../runtime.ts'
import { agentVersion } from '../version.ts'

/** What this machine is. */
export async function buildInventory(
  runtime: Runtime,
  facts: { hardwareId: string; otherUpdaters: string[] },
): Promise<DocumentBody> {
  const { driver, memory, platform } = runtime
  const { machine } = platform
  const { kernel, os, disk } = await machine.facts()
  return documentOf({
    agent: agentVersion,
    hardwareId: facts.hardwareId,
    hostname: machine.hostname,
    architecture: machine.architecture,
    kernel,
    os,
    bootc: driver.capabilities.version ?? null,
    backend: memory.host.backend,
    capabilities: capabilityWords(driver.capabilities),
    disk,
    disabledUpdaters: facts.otherUpdaters,
  })
}

/** How this machine differs from its image. */
export async function buildDrift({ memory, platform }: Runtime): Promise<DocumentBody> {
  const { host } = memory
  return documentOf({
    usrOverlay: host.usrOverlay,
    layered: host.booted?.incompatible ?? false,
    pinned: [host.rollback, ...host.others].filter((deployment) => deployment?.pinned).length,
    kernelArguments: await platform.machine.kernelArguments(),
  })
}

function documentOf(document: DocumentBody['document']): DocumentBody {
  return { hash: `sha256:${sha256Hex(JSON.stringify(document))}`, document }
}
