import { randomUUID } from 'node:crypto'
import { inject } from 'vitest'
import { appLogin, query, templateDatabase, withDatabase } from './postgres-server.ts'

export interface TestDatabase extends AsyncDisposable {
  /** As the application's login: bound by row-level security. */
  readonly url: string
  /** As the superuser. */
  readonly adminUrl: string
}

/** A migrated database of its own, cloned from the template of the run's server. Dropped when disposed. */
export async function createTestDatabase(server: string = inject('postgresUrl')): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await query(server, `CREATE DATABASE ${name} TEMPLATE ${templateDatabase}`)
  return {
    url: withDatabase(server, name, appLogin),
    adminUrl: withDatabase(server, name),
    [Symbol.asyncDispose]: async () => {
      await query(server, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}
