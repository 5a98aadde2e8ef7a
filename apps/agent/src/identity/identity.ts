import { join } from 'node:path'
import type { SigningKey } from '@bootfleet/contracts'
import { createDeviceKey, createSigningRequest } from '@bootfleet/pki'
import { readOptional, readOptionalJson, writeDurable } from '../store/durable-file.ts'

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

export async function loadIdentity(stateDir: string): Promise<Identity | undefined> {
  const stored = (await readOptionalJson(join(stateDir, identityFile))) as Partial<Identity> | undefined
  return stored?.device !== undefined && stored.certificate !== undefined ? (stored as Identity) : undefined
}

export async function saveIdentity(stateDir: string, identity: Identity): Promise<void> {
  await writeDurable(join(stateDir, identityFile), `${JSON.stringify(identity, null, 1)}\n`)
}

/** The device's key and signing request, made once: the same request again gets the same certificate. */
export async function deviceKey(stateDir: string, name = 'key'): Promise<{ key: string; csr: string }> {
  const key = await madeOnce(join(stateDir, `${name}.pem`), createDeviceKey)
  const csr = await madeOnce(join(stateDir, `${name}.csr`), () => createSigningRequest(key))
  return { key, csr }
}

async function madeOnce(path: string, make: () => string | Promise<string>): Promise<string> {
  const stored = await readOptional(path)
  if (stored !== undefined && stored.includes('-----END')) return stored
  const made = await make()
  await writeDurable(path, made)
  return made
}
