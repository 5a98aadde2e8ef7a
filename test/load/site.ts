import { randomBytes } from 'node:crypto'
import { Client as SqlClient } from 'pg'
import { connect, type Database } from '@bootfleet/db'
import { prepareQueue, setupInstallation, type Services } from '@bootfleet/operations'
import { createSecretBox, parseMasterKey } from '@bootfleet/pki'
import { createClient, type Client } from '@bootfleet/sdk'
import { createTestDatabase, startPostgres, testServices } from '@bootfleet/testkit'
import { describeServers, parts, type PartName } from '../system/stack/describe-servers.ts'
import { startGenerator, type Generator } from './generator/generator.ts'
import { descendants } from './process-usage.ts'

const admin = { email: 'admin@bench.test', password: 'correct horse battery staple', name: 'Admin' }

export type ProcessName = PartName | 'generator' | 'postgres'

/** Everything that is measured, running. */
export interface Site {
  readonly client: Client
  readonly services: Services
  readonly adminUrl: string
  /** A connection of the superuser. */
  readonly sql: SqlClient
  readonly organizationId: string
  readonly groupId: string
  readonly ports: { readonly device: number; readonly mqtt: number }
  readonly generator: Generator
  /** Ids of the processes; PostgreSQL has many. */
  pids(name: ProcessName): Promise<number[]>
  stop(): Promise<void>
}

export async function openSite(): Promise<Site> {
  // As `npm start` has it: what is committed is on the disk.
  const postgres = await startPostgres({ durable: true })
  const stops: (() => Promise<void>)[] = [() => postgres.stop()]
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
  }
  try {
    const secretKey = randomBytes(32).toString('hex')
    const { url, adminUrl } = await createTestDatabase(postgres.adminUrl)
    await prepareQueue(adminUrl)
    const db = connect(url, { poolSize: 4 })
    stops.push(() => db.close())
    const services = servicesOf(db, secretKey)
    const { organizationId, groupId } = await setupInstallation(services, {
      organization: { slug: 'bench', name: 'Bench' },
      admin,
    })
    const { processes, ports } = await describeServers({ databaseUrl: url, secretKey })
    for (const name of parts) {
      stops.push(() => processes[name].stop())
      await processes[name].start()
    }
    const sql = new SqlClient({ connectionString: adminUrl })
    await sql.connect()
    stops.push(() => sql.end())
    const generator = startGenerator()
    stops.push(() => generator.stop())
    const client = await signIn(`http://127.0.0.1:${ports.api}`)
    const pids = (name: ProcessName) => findPids(name, generator)
    return { client, services, adminUrl, sql, organizationId, groupId, ports, generator, pids, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function servicesOf(db: Database, secretKey: string): Services {
  return { ...testServices(db), secrets: createSecretBox(parseMasterKey(secretKey)) }
}

async function signIn(baseUrl: string): Promise<Client> {
  const { email, password } = admin
  const { token } = await createClient({ baseUrl }).sessions.create({ body: { email, password } })
  return createClient({ baseUrl, token })
}

async function findPids(name: ProcessName, generator: Generator): Promise<number[]> {
  if (name === 'generator') return [generator.pid]
  const sought = name === 'postgres' ? /postgres(:|.* -D )/ : new RegExp(`apps/${name}/dist/main\\.js`)
  return (await descendants()).filter(({ command }) => sought.test(command)).map(({ pid }) => pid)
}
