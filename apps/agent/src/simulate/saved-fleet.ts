import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { codeOf, writeDurable } from '../store/durable-file.ts'
import type { SavedDevice, SimulatedDevice } from './simulated-device.ts'

const SavedFleet = z.object({ v: z.literal(1), devices: z.record(z.string(), z.custom<SavedDevice>()) })
type SavedFleet = z.infer<typeof SavedFleet>

/** What the devices of an earlier run were when it was saved last. Throws when the file is something else. */
export async function readFleet(file: string): Promise<SavedFleet['devices']> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
    return undefined
  })
  if (text === undefined) return {}
  const saved = SavedFleet.safeParse(JSON.parse(text))
  if (!saved.success) throw new Error(`${file} holds no simulated devices: name another file, or remove it`)
  return saved.data.devices
}

/** Keys and certificates are among it: only the owner may read it. */
export async function writeFleet(file: string, devices: readonly SimulatedDevice[]): Promise<void> {
  const entries = devices.map((device) => [device.traits.hardwareId, device.save()] as const)
  await writeDurable(file, JSON.stringify({ v: 1, devices: Object.fromEntries(entries) }), 0o600)
}
