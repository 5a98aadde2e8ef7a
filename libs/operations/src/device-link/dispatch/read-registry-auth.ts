import type { RegistryAuth } from '@bootfleet/contracts'
import { registrySecretContext } from '../../registry/secret-context.ts'
import type { Services } from '../../services.ts'
import type { DeviceIdentity } from '../identity/device-identity.ts'

/**
 * How a device logs in to registries, in the form of containers' auth.json: the credentials of its organization that are
 * meant for devices. `null` when there are none. Secrets are in no desired document, neither here nor on the device's disk.
 */
export async function readRegistryAuth(
  services: Services,
  { organizationId }: Pick<DeviceIdentity, 'organizationId'>,
): Promise<RegistryAuth | null> {
  const rows = await services.db.transaction('system', (tx) =>
    tx.registryCredential.findMany({
      where: { organizationId, forDevices: true },
      orderBy: { scope: 'asc' },
      take: 100,
    }),
  )
  if (rows.length === 0) return null
  const entries = rows.map(({ id, scope, username, sealedSecret }) => {
    const password = services.secrets.open(sealedSecret, registrySecretContext(id))
    return [scope, { auth: Buffer.from(`${username}:${password}`).toString('base64') }] as const
  })
  return { auths: Object.fromEntries(entries) }
}
