import { Client } from 'pg'
import { prepareQueue } from '@bootfleet/operations'
import { applyMigrations } from '../../../prisma/migrate.mjs'
import { appLogin, database, databaseUrl, superuser, type PostgresCredentials } from './postgres/credentials.ts'
import { StartError } from './start-error.ts'

/** The same database for two logins: one may change tables and roles, the other is what applications get. */
export interface DatabaseUrls {
  readonly admin: string
  readonly app: string
}

/** Makes the database of the embedded server, and the login of the applications, unless they are there. */
export async function prepareEmbeddedDatabase(port: number, credentials: PostgresCredentials): Promise<DatabaseUrls> {
  const admin = { user: superuser, password: credentials.superuserPassword }
  await withClient(databaseUrl(port, admin, 'postgres'), async (client) => {
    if (!(await hasRow(client, 'SELECT FROM pg_database WHERE datname = $1', database)))
      await client.query(`CREATE DATABASE ${database}`)
    if (!(await hasRow(client, 'SELECT FROM pg_roles WHERE rolname = $1', appLogin)))
      await client.query(`CREATE ROLE ${appLogin} LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS`)
    await client.query(`ALTER ROLE ${appLogin} PASSWORD ${client.escapeLiteral(credentials.appPassword)}`)
  })
  return {
    admin: databaseUrl(port, admin),
    app: databaseUrl(port, { user: appLogin, password: credentials.appPassword }),
  }
}

/** Lets the login of the applications become the two roles that migrations make, and nothing else. */
export function grantRoles(adminUrl: string): Promise<void> {
  return withClient(adminUrl, async (client) => {
    await client.query(`GRANT bootfleet_tenant, bootfleet_system TO ${appLogin}`)
  })
}

/** Brings tables up to date and, where the queue is in PostgreSQL, its own. Returns the names of new migrations. */
export async function migrate(adminUrl: string, { queue }: { queue: boolean }): Promise<string[]> {
  try {
    const applied = await applyMigrations(adminUrl)
    if (queue) await prepareQueue(adminUrl)
    return applied
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(
      `The database at ${withoutPassword(adminUrl)} cannot be brought up to date: ${reason}. ` +
        'It needs a login that may create tables and roles: set DATABASE_ADMIN_URL to one.',
      { cause: error },
    )
  }
}

/** For messages. */
export function withoutPassword(url: string): string {
  const shown = new URL(url)
  shown.password = ''
  return shown.href
}

async function hasRow(client: Client, sql: string, value: string): Promise<boolean> {
  const { rowCount } = await client.query(sql, [value])
  return rowCount === 1
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
