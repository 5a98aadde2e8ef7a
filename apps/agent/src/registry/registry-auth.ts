import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RegistryAuthResponse } from '@bootfleet/contracts'
import type { RegistryAuth } from '@bootfleet/contracts'
import { sha256Hex } from '@bootfleet/pki'
import { keyOf } from '../identity/device-key.ts'
import type { Identity } from '../identity/identity.ts'
import { createDeviceClient } from '../link/device-client.ts'
import { log } from '../log.ts'
import { readOptional, writeDurable } from '../store/durable-file.ts'
import type { Store } from '../store/store.ts'

const requestMs = 15_000
/** SHA-256 of what the agent wrote last in this boot: a file that says something else is not its own. */
const markName = 'registry-auth.sha256'

export interface RegistryAuthPlaces {
  root: string
  state: Store
  run: Store
}

/** Asks the server for the logins of this device and puts them where bootc looks first. Throws when it cannot be asked. */
export async function refreshRegistryAuth(places: RegistryAuthPlaces, identity: Identity): Promise<void> {
  const key = await keyOf(places.state, identity)
  const ask = createDeviceClient({ identity, key })
  const response = await ask({ method: 'GET', path: '/device/v1/registry-auth', timeoutMs: requestMs })
  // A server of before this route hands out nothing, and takes nothing back.
  if (response.status === 404) return
  if (response.status >= 300) throw new Error(`the server answered ${response.status} when asked for registry logins`)
  await applyRegistryAuth(places, RegistryAuthResponse.parse(response.json).registryAuth)
}

/**
 * Writes `/run/ostree/auth.json`, readable by root alone, or removes it. One that somebody else put there is left alone. It
 * is gone with the next boot, like every login on this machine.
 */
export async function applyRegistryAuth(
  { root, run }: Pick<RegistryAuthPlaces, 'root' | 'run'>,
  auth: RegistryAuth | null,
): Promise<void> {
  const file = join(root, 'run/ostree/auth.json')
  const present = await readOptional(file)
  const mark = await run.read(markName)
  if (present !== undefined && sha256Hex(present) !== mark) {
    if (auth !== null)
      log('registry_auth_foreign', { file, remedy: 'remove that file to let the server hand out logins' })
    return
  }
  if (auth === null) {
    if (present === undefined) return
    await rm(file, { force: true })
    log('registry_auth_removed')
    return
  }
  const text = `${JSON.stringify(auth)}\n`
  if (text === present) return
  await mkdir(dirname(file), { recursive: true })
  // The mark comes first: killed in between, the agent finds no file, or its own old one, and writes anew.
  if (present !== undefined) await rm(file, { force: true })
  await run.write(markName, sha256Hex(text))
  await writeDurable(file, text, 0o600)
  log('registry_auth_written', { scopes: Object.keys(auth.auths).join(', ') })
}
