import { createHmac, randomUUID } from 'node:crypto'
import { arch } from 'node:os'
import { readOptional } from '../store/durable-file.ts'
import type { Store } from '../store/store.ts'

const name = 'hardware-id'

/** Derived from the machine id, which itself must not leave the machine; a random one where there is none. */
export async function readHardwareId(state: Store): Promise<string> {
  const machineId = (await readOptional('/etc/machine-id'))?.trim()
  if (machineId !== undefined && /^[0-9a-f]{32}$/.test(machineId)) {
    return createHmac('sha256', Buffer.from(machineId, 'hex')).update('bootfleet').digest('hex').slice(0, 32)
  }
  const stored = (await state.read(name))?.trim()
  if (stored) return stored
  const made = randomUUID()
  await state.write(name, `${made}\n`)
  return made
}

const ociNames: Record<string, string> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' }

/** The machine's architecture in the words of OCI. */
export function ociArchitecture(): string {
  return ociNames[arch()] ?? arch()
}
