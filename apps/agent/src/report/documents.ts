import { readFile, statfs } from 'node:fs/promises'
import { hostname, release } from 'node:os'
import type { DocumentBody } from '@bootfleet/contracts'
import { sha256Hex } from '@bootfleet/pki'
import { capabilityWords } from '../bootc/capabilities.ts'
import { ociArchitecture } from '../machine/hardware-id.ts'
import type { Runtime } from '../runtime.ts'
import { agentVersion } from '../version.ts'

const gib = 1024 ** 3

/** What this machine is. Numbers that move all the time are rounded, so that the document changes only when it means something. */
export async function buildInventory(
  runtime: Runtime,
  facts: { hardwareId: string; otherUpdaters: string[] },
): Promise<DocumentBody> {
  const { driver, memory, config } = runtime
  return documentOf({
    agent: agentVersion,
    hardwareId: facts.hardwareId,
    hostname: hostname(),
    architecture: ociArchitecture(),
    kernel: release(),
    os: await osRelease(),
    bootc: driver.capabilities.version ?? null,
    backend: memory.host.backend,
    capabilities: capabilityWords(driver.capabilities),
    disk: await diskOf(config.stateDir),
    disabledUpdaters: facts.otherUpdaters,
  })
}

/** How this machine differs from its image. */
export async function buildDrift({ memory }: Runtime): Promise<DocumentBody> {
  const { host } = memory
  return documentOf({
    usrOverlay: host.usrOverlay,
    layered: host.booted?.incompatible ?? false,
    pinned: [host.rollback, ...host.others].filter((deployment) => deployment?.pinned).length,
    kernelArguments: await kernelArguments(),
  })
}

function documentOf(document: DocumentBody['document']): DocumentBody {
  return { hash: `sha256:${sha256Hex(JSON.stringify(document))}`, document }
}

async function osRelease(): Promise<Record<string, string>> {
  const wanted = ['ID', 'VERSION_ID', 'PRETTY_NAME', 'VARIANT_ID', 'IMAGE_VERSION']
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const pairs = text.split('\n').map((line) => line.split(/=(.*)/s))
  return Object.fromEntries(
    pairs.flatMap(([name = '', value = '']) =>
      wanted.includes(name) ? [[name, value.replaceAll(/^["']|["']$/g, '').slice(0, 200)]] : [],
    ),
  )
}

async function diskOf(path: string): Promise<{ totalGiB: number; freePercent: number } | null> {
  try {
    const { blocks, bavail, bsize } = await statfs(path)
    const freePercent = Math.round((bavail / Math.max(1, blocks)) * 10) * 10
    return { totalGiB: Math.round((blocks * bsize) / gib), freePercent }
  } catch {
    return null
  }
}

/** Without what the boot loader adds for each deployment. */
async function kernelArguments(): Promise<string[]> {
  const text = await readFile('/proc/cmdline', 'utf8').catch(() => '')
  const noise = /^(ostree|composefs|BOOT_IMAGE|initrd|systemd\.set_credential|bootfleet\.)/
  return text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && !noise.test(word))
    .slice(0, 100)
}
