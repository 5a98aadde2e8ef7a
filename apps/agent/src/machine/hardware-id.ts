import { createHmac, randomUUID } from 'node:crypto'
import { arch } from 'node:os'
import { join } from 'node:path'
import { readOptional, writeDurable } from '../store/durable-file.ts'

/** Derived from the machine id, which itself must not leave the machine; a random one where there is none. */
export async function readHardwareId(stateDir: string): Promise<string> {
  const machineId = (await readOptional('/etc/machine-id'))?.trim()
  if (machineId !== undefined && /^[0-9a-f]{32}$/.test(machineId)) {
    return createHmac('sha256', Buffer.from(machineId, 'hex')).update('bootfleet').digest('hex').slice(0, 32)
  }
  const path = join(stateDir, 'hardware-id')
  const stored = (await readOptional(path))?.trim()
  if (stored) return stored
  const made = randomUUID()
  await writeDurable(path, `${made}\n`)
  return made
}

const ociNames: Record<string, string> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' }

/** The machine's architecture in the words of OCI. */
export function ociArchitecture(): string {
  return ociNames[arch()] ?? arch()
}
