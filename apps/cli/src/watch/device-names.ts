import type { Client } from '@bootfleet/sdk'

/** Names of devices, asked for once each. */
export type DeviceNames = (deviceId: string) => Promise<string>

const maxKept = 10_000

/** A device that is gone, or cannot be asked for now, is called by its id. */
export function createDeviceNames(client: Client): DeviceNames {
  const known = new Map<string, string>()
  return async (id) => {
    const name = known.get(id)
    if (name !== undefined) return name
    try {
      const device = await client.devices.get({ params: { id } })
      if (known.size >= maxKept) known.clear()
      known.set(id, device.name)
      return device.name
    } catch {
      return id
    }
  }
}
