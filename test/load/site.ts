import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Client as SqlClient } from 'pg'
import { connect, type Database } from '@bootfleet/db'
import { prepareQueue, setupInstallation, type Services } from '@bootfleet/operations'
import { createSecretBox, parseMasterKey } from '@bootfleet/pki'
import { createClient, type Client } from '@bootfleet/sdk'
import { freePort, testServices } from '@bootfleet/testkit'
import { ServerProcess } from '../system/stack/server-process.ts'
import { startDurablePostgres, type DurablePostgres } from './durable-postgres.ts'
import { startGenerator, type Generator } from './generator/generator.ts'
import { descendants } from './process-usage.ts'

const admin = { email: 'admin@bench.test', password: 'correct horse battery staple', name: 'Admin' }
const parts = ['api', 'gateway', 'worker'] as const

export type ProcessName = (typeof parts)[number] | 'generator' | 'postgres'

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
  const postgres = await startDurablePostgres()
  const stops: (() => Promise<void>)[] = [() => postgres.stop()]
  const stop = async () => {
    for (const one of stops.toReversed()) await one()
  }
  try {
    const secretKey = randomBytes(32).toString('hex')
    await prepareQueue(postgres.adminUrl)
    const db = connect(postgres.url, { poolSize: 4 })
    stops.push(() => db.close())
    const services = servicesOf(db, secretKey)
    const { organizationId, groupId } = await setupInstallation(services, {
      organization: { slug: 'bench', name: 'Bench' },
      admin,
    })
    const ports = await freePorts()
    for (const part of describeParts({ postgres, secretKey, ports })) {
      stops.push(() => part.stop())
      await part.start()
    }
    const sql = new SqlClient({ connectionString: postgres.adminUrl })
    await sql.connect()
    stops.push(() => sql.end())
    const generator = startGenerator()
    stops.push(() => generator.stop())
    const client = await signIn(`http://127.0.0.1:${ports.api}`)
    const pids = (name: ProcessName) => findPids(name, generator)
    const { adminUrl } = postgres
    return { client, services, adminUrl, sql, organizationId, groupId, ports, generator, pids, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function servicesOf(db: Database, secretKey: string): Services {
  return { ...testServices(db), secrets: createSecretBox(parseMasterKey(secretKey)) }
}

type Ports = Record<'api' | 'device' | 'mqtt' | 'gatewayHealth' | 'workerHealth', number>

async function freePorts(): Promise<Ports> {
  const [api = 0, device = 0, mqtt = 0, gatewayHealth = 0, workerHealth = 0] = await Promise.all(
    Array.from({ length: 5 }, () => freePort()),
  )
  return { api, device, mqtt, gatewayHealth, workerHealth }
}

function describeParts(input: { postgres: DurablePostgres; secretKey: string; ports: Ports }): ServerProcess[] {
  const { api, device, mqtt, gatewayHealth, workerHealth } = input.ports
  const env = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    API_PORT: String(api),
    DEVICE_PORT: String(device),
    MQTT_PORT: String(mqtt),
    HEALTH_PORT: String(gatewayHealth),
    WORKER_PORT: String(workerHealth),
    DATABASE_URL: input.postgres.url,
    BOOTFLEET_SECRET_KEY: input.secretKey,
    BOOTFLEET_WEB_URL: `http://127.0.0.1:${api}`,
    BOOTFLEET_DEVICE_URL: `https://127.0.0.1:${device}`,
    BOOTFLEET_MQTT_HOST: '127.0.0.1',
    BOOTFLEET_MQTT_PORT: String(mqtt),
    LOG_LEVEL: 'warn',
  }
  const ready = { api, gateway: gatewayHealth, worker: workerHealth }
  return parts.map(
    (name) =>
      new ServerProcess({
        name,
        env,
        main: fileURLToPath(new URL(`../../apps/${name}/dist/main.js`, import.meta.url)),
        readyUrl: `http://127.0.0.1:${ready[name]}/readyz`,
      }),
  )
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
