import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { Child, type ChildEvents } from '../child/child.ts'
import type { DataFolder } from '../data-folder.ts'
import { findFreePort } from '../ports.ts'
import { StartError } from '../start-error.ts'
import { databaseUrl, readCredentials, superuser, writeCredentials, type PostgresCredentials } from './credentials.ts'
import { initialisePostgres } from './initialise.ts'
import { findPostgresPrograms, type PostgresPrograms } from './programs.ts'
import { chooseIdentity, chooseLaunch, type Launch } from './run-as.ts'
import { stopLeftoverPostgres } from './stop-leftover.ts'

export interface EmbeddedPostgres {
  readonly port: number
  readonly credentials: PostgresCredentials
  readonly child: Child
}

/** Recovery after a crash replays what was not yet written; it is long only after a very long run. */
const patienceMs = 120_000

/** Starts the embedded server on the data in `folder`, with a new cluster if there is none, and waits until it answers. */
export async function startPostgres(folder: DataFolder, events: ChildEvents): Promise<EmbeddedPostgres> {
  const directory = folder.database
  const programs = findPostgresPrograms()
  const identity = chooseIdentity(directory)
  const launch = chooseLaunch(identity, [programs.folder, folder.path])
  const file = `${directory}.json`
  const kept = await readCredentials(file)
  await initialisePostgres({ directory, programs, launch, identity, password: kept.superuserPassword })
  await stopLeftoverPostgres(directory)
  const port = await findFreePort(kept.port)
  const credentials = { ...kept, port }
  if (port !== kept.port) await writeCredentials(file, credentials)
  const child = new Child(postgresSpec({ directory, programs, launch, port }), events)
  try {
    await waitUntilAnswering(
      child,
      databaseUrl(port, { user: superuser, password: kept.superuserPassword }, 'postgres'),
    )
  } catch (error) {
    await child.stop()
    throw error
  }
  return { port, credentials, child }
}

interface SpecInput {
  readonly directory: string
  readonly programs: PostgresPrograms
  readonly launch: Launch
  readonly port: number
}

function postgresSpec({ directory, programs, launch, port }: SpecInput) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // Messages go to the log of the supervisor, which bounds it.
    logging_collector: 'off',
    log_checkpoints: 'off',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [command, ...args] = [...launch.before, programs.postgres, '-D', directory, '-p', String(port), ...flags]
  return {
    name: 'postgres',
    command: command ?? programs.postgres,
    args,
    cwd: '/',
    identity: launch.identity,
    stopSignal: 'SIGINT' as const,
    drainMs: 20_000,
  }
}

async function waitUntilAnswering(child: Child, url: string): Promise<void> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return
    } catch (error) {
      if (child.restarts === 0 && performance.now() < deadline) await delay(25)
      else
        throw new StartError(`PostgreSQL does not start: ${lastWords(child)} Its log: ${child.logPath}`, {
          cause: error,
        })
    } finally {
      await client.end().catch(() => {})
    }
  }
}

function lastWords(child: Child): string {
  return child.tail.findLast((line) => /FATAL|PANIC/.test(line)) ?? child.tail.at(-1) ?? 'it says nothing.'
}
