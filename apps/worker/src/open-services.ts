import { v7 } from 'uuid'
import { connect } from '@bootfleet/db'
import type { Services } from '@bootfleet/operations'
import type { WorkerConfig } from './config.ts'

/** What the clock's verbs need: a database and ids. They open no secrets, so the worker is given no key. Close `db`. */
export function openServices({ databaseUrl, concurrency }: WorkerConfig): Services {
  return {
    db: connect(databaseUrl, { poolSize: concurrency + 4 }),
    now: () => new Date(),
    newId: () => v7(),
    secrets: { seal: refuseSecrets, open: refuseSecrets },
    addresses: { web: '', device: '', mqtt: { host: '', port: 0 } },
    registry: {},
  }
}

function refuseSecrets(): never {
  throw new Error('The worker has no secret key: what needs one belongs in the api or the gateway.')
}
