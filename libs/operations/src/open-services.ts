import { v7 } from 'uuid'
import { connect } from '@bootfleet/db'
import { createSecretBox, parseMasterKey } from '@bootfleet/pki'
import type { RegistryHttp } from '@bootfleet/registry'
import type { Addresses, Services } from './services.ts'

export interface OpenServicesInput {
  readonly databaseUrl: string
  /** 32 bytes as hex or base64. */
  readonly secretKey: string
  readonly addresses: Addresses
  readonly registry?: RegistryHttp
  /** Connections kept at most. */
  readonly poolSize?: number
}

/** What operations need, with the clock of this machine. Throws for a secret key that is none. Close `db` after use. */
export function openServices({
  databaseUrl,
  secretKey,
  poolSize,
  addresses,
  registry = {},
}: OpenServicesInput): Services {
  const secrets = createSecretBox(parseMasterKey(secretKey))
  const db = connect(databaseUrl, poolSize === undefined ? {} : { poolSize })
  return { db, now: () => new Date(), newId: () => v7(), secrets, addresses, registry }
}
