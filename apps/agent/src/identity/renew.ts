import { RenewResponse } from '@bootfleet/contracts'
import { readCertificate } from '@bootfleet/pki'
import { createDeviceClient } from '../link/device-client.ts'
import { problemOf } from '../link/https-client.ts'
import { log } from '../log.ts'
import type { Store } from '../store/store.ts'
import { deviceKey, keyOf } from './device-key.ts'
import { saveIdentity } from './identity.ts'
import type { Identity } from './identity.ts'

/** Two thirds of the certificate's life are over. */
export function isRenewalDue(certificate: string, wall: number): boolean {
  const { notBefore, notAfter } = readCertificate(certificate)
  return wall >= notBefore.getTime() + ((notAfter.getTime() - notBefore.getTime()) * 2) / 3
}

/** Gets a certificate for a new key over the present one; on disk when it resolves. Throws when it is refused. */
export async function renewCertificate(state: Store, identity: Identity): Promise<Identity> {
  const key = await keyOf(state, identity)
  // The name is bound to the certificate that it replaces, so a lost answer is asked for again with the same request.
  const keyName = `key-${readCertificate(identity.certificate).serialNumber.slice(0, 16)}`
  const { csr } = await deviceKey(state, keyName)
  const ask = createDeviceClient({ identity, key })
  const response = await ask({ method: 'POST', path: '/device/v1/renew', body: { csr }, timeoutMs: 30_000 })
  if (response.status >= 300) throw new Error(`the certificate was not renewed: ${problemOf(response).detail}`)
  const renewed = { ...identity, ...RenewResponse.parse(response.json), keyName }
  await saveIdentity(state, renewed)
  log('certificate_renewed', { device: identity.device })
  return renewed
}
