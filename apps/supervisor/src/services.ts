import { v7 } from 'uuid'
import { connect } from '@bootfleet/db'
import type { Addresses, Services } from '@bootfleet/operations'
import { createSecretBox, parseMasterKey } from '@bootfleet/pki'

/** What operations need, for the few that the supervisor and the administrator's commands call. Close `db` after use. */
export function openServices(databaseUrl: string, secretKey: string, addresses: Addresses): Services {
  return {
    db: connect(databaseUrl, { poolSize: 2 }),
    now: () => new Date(),
    newId: () => v7(),
    secrets: createSecretBox(parseMasterKey(secretKey)),
    addresses,
    registry: {},
  }
}
