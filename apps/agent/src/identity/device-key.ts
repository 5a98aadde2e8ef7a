import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createDeviceKey, createSigningRequest } from '@bootfleet/pki'
import type { Store } from '../store/store.ts'

/** A certificate, and the name of its key where that is another one than at enrollment. */
interface Certified {
  certificate: string
  keyName?: string
}

/**
 * The device's key and signing request, made once: the same request again gets the same certificate. What is damaged is made
 * anew, and so is a request for another key.
 */
export async function deviceKey(state: Store, name = 'key'): Promise<{ key: string; csr: string }> {
  const key = await kept(state, `${name}.pem`, { isGood: isKey, make: createDeviceKey })
  const csr = await kept(state, `${name}.csr`, {
    isGood: (request) => isRequestFor(request, key),
    make: () => createSigningRequest(key),
  })
  return { key, csr }
}

/** The key of the device's certificate, or what is wrong with it. Throws when the file cannot be read. */
export async function readKeyOf(
  state: Store,
  { certificate, keyName = 'key' }: Certified,
): Promise<{ key: string } | { problem: string }> {
  const name = `${keyName}.pem`
  const key = await state.read(name)
  if (key === undefined) return { problem: `${name} is missing` }
  const parsed = keyIn(key)
  if (parsed === undefined) return { problem: `${name} is damaged` }
  return isKeyOf(parsed, certificate)
    ? { key }
    : { problem: `${name} is not the key of the certificate in identity.json` }
}

/** The same, where there must be one. Throws with what is wrong. */
export async function keyOf(state: Store, identity: Certified): Promise<string> {
  const read = await readKeyOf(state, identity)
  if ('key' in read) return read.key
  throw new Error(`${read.problem}: restore it, or start the agent again to enroll this machine anew`)
}

async function kept(
  state: Store,
  name: string,
  { isGood, make }: { isGood: (stored: string) => boolean; make: () => string | Promise<string> },
): Promise<string> {
  const stored = await state.read(name)
  if (stored !== undefined && isGood(stored)) return stored
  const made = await make()
  await state.write(name, made)
  return made
}

function isKey(text: string): boolean {
  return keyIn(text) !== undefined
}

function keyIn(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text)
  } catch {
    return undefined
  }
}

function isKeyOf(key: KeyObject, certificate: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(key)
  } catch {
    return false
  }
}

/** The public key is in the request as it is. */
function isRequestFor(request: string, key: string): boolean {
  const body = /-----BEGIN CERTIFICATE REQUEST-----([^-]*)-----END/.exec(request)?.[1] ?? ''
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return Buffer.from(body, 'base64').includes(publicKey)
}
