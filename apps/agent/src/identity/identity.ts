import type { SigningKey } from '@bootfleet/contracts'
import { log } from '../log.ts'
import { readJson } from '../store/store.ts'
import type { Store } from '../store/store.ts'
import { readKeyOf } from './device-key.ts'

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

/** The stored identity, if its key is there as well. What is of no use is logged, with what to do. */
export async function usableIdentity(state: Store): Promise<Identity | undefined> {
  const identity = await loadIdentity(state)
  if (identity === undefined && (await state.read(identityFile)) === undefined) return undefined
  const read = identity ? await readKeyOf(state, identity) : { problem: `${identityFile} is damaged` }
  if ('key' in read) return identity
  log('identity_unusable', {
    device: identity?.device,
    detail: read.problem,
    remedy:
      'this machine enrolls again, which takes an enrollment document; or restore that file and start the agent again',
  })
  return undefined
}

export async function saveIdentity(state: Store, identity: Identity): Promise<void> {
  await state.write(identityFile, `${JSON.stringify(identity, null, 1)}\n`)
}
