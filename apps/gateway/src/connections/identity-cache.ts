import { readDeviceIdentities, type DeviceIdentity, type Services } from '@bootfleet/operations'
import { BoundedMap } from './bounded-map.ts'
import { shareLookUps } from './shared-look-up.ts'

const keptMs = 10_000
const kept = 20_000

/**
 * Certificates looked up a moment ago, so that devices that all reconnect at once do not ask for each connection twice.
 * Ingest checks every message by itself, so an answer that is seconds old lets nothing in.
 */
export interface IdentityCache {
  read(fingerprint: string): Promise<DeviceIdentity | undefined>
  forget(deviceId: string): void
}

export function createIdentityCache(services: Services): IdentityCache {
  const entries = new BoundedMap<string, { identity: DeviceIdentity; until: number }>(kept)
  const lookUp = shareLookUps((fingerprints) => readDeviceIdentities(services, fingerprints))
  return {
    read: async (fingerprint) => {
      const known = entries.get(fingerprint)
      if (known && known.until > performance.now()) return known.identity
      const identity = await lookUp(fingerprint)
      if (identity) entries.set(fingerprint, { identity, until: performance.now() + keptMs })
      else entries.delete(fingerprint)
      return identity
    },
    forget: (deviceId) => {
      for (const [fingerprint, { identity }] of entries) if (identity.deviceId === deviceId) entries.delete(fingerprint)
    },
  }
}
