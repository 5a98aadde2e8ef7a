import type { SigningKey } from '@bootfleet/contracts'
import { createDeviceKey, createSigningRequest } from '@bootfleet/pki'
import { readJson } from '../store/store.ts'
import type { Store } from '../store/store.ts'

/** Who this device is to its control plane. The private key is kept in a file of its own. */
export interface Identity {
  device: string
  inc: number
  certificate: string
  ca: string
  mqtt: { host: string; port: number }
  https: string
  /** The signing keys told at enrollment. */
  keys: SigningKey[]
  /** Which key the certificate belongs to; a renewed certificate has a new one. */
  keyName?: string
}

const identityFile = 'identity.json'

export async function loadIdentity(state: Store): Promise<Identity | undefined> {
  const stored = (await readJson(state, identityFile)) as Partial<Identity> | undefined
  return stored?.device !== undefined && stored.certificate !== undefined ? (stored as Identity) : undefined
}

export async function saveIdentity(state: Store, identity: Identity): Promise<void> {
  await state.write(identityFile, `${JSON.stringify(identity, null, 1)}\n`)
}

/** The device's key and signing request, made once: the same request again gets the same certificate. */
export async function deviceKey(state: Store, name = 'key'): Promise<{ key: string; csr: string }> {
  const key = await madeOnce({ state, name: `${name}.pem` }, createDeviceKey)
  const csr = await madeOnce({ state, name: `${name}.csr` }, () => createSigningRequest(key))
  return { key, csr }
}

async function madeOnce(
  { state, name }: { state: Store; name: string },
  make: () => string | Promise<string>,
): Promise<string> {
  const stored = await state.read(name)
  if (stored !== undefined && stored.includes('-----END')) return stored
  const made = await make()
  await state.write(name, made)
  return made
}
