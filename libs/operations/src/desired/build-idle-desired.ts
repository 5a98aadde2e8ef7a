import { loadPublicSigningKeys } from '../installation/installation-keys.ts'
import type { Services } from '../services.ts'
import { buildDesired, encodeDesired, idleContent, type DesiredPayload } from './build-desired.ts'

/** The first document of a new device: nothing is wanted of it. */
export async function buildIdleDesired(
  services: Services,
  deviceId: string,
): Promise<DesiredPayload & { gen: bigint }> {
  const keys = await loadPublicSigningKeys(services)
  const document = buildDesired({ content: idleContent(deviceId), gen: 1, issuedAt: services.now(), keys })
  return { gen: 1n, ...encodeDesired(document) }
}
