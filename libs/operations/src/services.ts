import type { Database } from '@bootfleet/db'
import type { SecretBox } from '@bootfleet/pki'
import type { RegistryHttp } from '@bootfleet/registry'

/** What the operations of one process share; made once in its composition root. */
export interface Services {
  readonly db: Database
  /** The clock. Operations read no other one. */
  readonly now: () => Date
  /** A new UUIDv7. */
  readonly newId: () => string
  /** Seals what must not lie in the database in clear. */
  readonly secrets: SecretBox
  /** Where devices and people reach this installation. */
  readonly addresses: Addresses
  /** Limits and permissions of fetches from image registries. */
  readonly registry: RegistryHttp
}

/** Addresses as seen from outside. */
export interface Addresses {
  /** Dashboard and API, `http://127.0.0.1:3000`. */
  readonly web: string
  /** Device HTTPS, `https://127.0.0.1:8443`. */
  readonly device: string
  readonly mqtt: { readonly host: string; readonly port: number }
}
