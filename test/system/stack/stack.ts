import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { connect } from '@bootfleet/db'
import { prepareQueue, setupInstallation, type Services } from '@bootfleet/operations'
import { createSecretBox, parseMasterKey } from '@bootfleet/pki'
import { createClient, type Client } from '@bootfleet/sdk'
import {
  createTestDatabase,
  freePort,
  startPostgres,
  testServices,
  type PostgresServer,
  type TestDatabase,
} from '@bootfleet/testkit'
import { ServerProcess } from './server-process.ts'

export const parts = ['api', 'gateway', 'worker'] as const
export type PartName = (typeof parts)[number]

/** The only person of a fresh stack. */
export const admin = { email: 'admin@fleet.test', password: 'correct horse battery staple', name: 'Admin' }

/** The control plane as it is deployed: PostgreSQL and one process each of api, gateway and worker. */
export class Stack implements AsyncDisposable {
  readonly client: Client
  readonly apiUrl: string
  readonly database: TestDatabase
  readonly #processes: Record<PartName, ServerProcess>
  readonly #postgres: PostgresServer

  private constructor(input: {
    client: Client
    apiUrl: string
    database: TestDatabase
    processes: Record<PartName, ServerProcess>
    postgres: PostgresServer
  }) {
    this.client = input.client
    this.apiUrl = input.apiUrl
    this.database = input.database
    this.#processes = input.processes
    this.#postgres = input.postgres
  }

  /** Starts everything and signs in. What `prepare` returns goes into the environment of all processes. */
  static async start(
    prepare: (services: Services) => Promise<Record<string, string>> = async () => ({}),
  ): Promise<Stack> {
    const postgres = await startPostgres()
    const database = await createTestDatabase(postgres.adminUrl)
    const secretKey = randomBytes(32).toString('hex')
    await prepareQueue(database.adminUrl)
    const extra = await setUp({ databaseUrl: database.url, secretKey, prepare })
    const { processes, apiUrl } = await describe({ databaseUrl: database.url, secretKey, extra })
    for (const name of parts) await processes[name].start()
    const client = await signIn(apiUrl)
    return new Stack({ client, apiUrl, database, processes, postgres })
  }

  /** SIGKILL, then a new process. */
  async killAndRestart(name: PartName): Promise<void> {
    await this.#processes[name].kill9()
    await this.#processes[name].start()
  }

  output(name: PartName): string {
    return this.#processes[name].output()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of parts.toReversed()) await this.#processes[name].stop()
    await this.#postgres.stop()
  }
}

interface SetUp {
  readonly databaseUrl: string
  readonly secretKey: string
  readonly prepare: (services: Services) => Promise<Record<string, string>>
}

async function setUp({ databaseUrl, secretKey, prepare }: SetUp): Promise<Record<string, string>> {
  await using db = connect(databaseUrl, { poolSize: 2 })
  const services = { ...testServices(db), secrets: createSecretBox(parseMasterKey(secretKey)) }
  await setupInstallation(services, { organization: { slug: 'test', name: 'Test' }, admin })
  return await prepare(services)
}

async function signIn(baseUrl: string): Promise<Client> {
  const { email, password } = admin
  const { token } = await createClient({ baseUrl }).sessions.create({ body: { email, password } })
  return createClient({ baseUrl, token })
}

async function describe({
  databaseUrl,
  secretKey,
  extra,
}: {
  databaseUrl: string
  secretKey: string
  extra: Record<string, string>
}) {
  const [api = 0, device = 0, mqtt = 0, gatewayHealth = 0, workerHealth = 0] = await Promise.all(
    Array.from({ length: 5 }, () => freePort()),
  )
  const env = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    API_PORT: String(api),
    DEVICE_PORT: String(device),
    MQTT_PORT: String(mqtt),
    HEALTH_PORT: String(gatewayHealth),
    WORKER_PORT: String(workerHealth),
    DATABASE_URL: databaseUrl,
    BOOTFLEET_SECRET_KEY: secretKey,
    BOOTFLEET_WEB_URL: `http://127.0.0.1:${api}`,
    BOOTFLEET_DEVICE_URL: `https://127.0.0.1:${device}`,
    BOOTFLEET_MQTT_HOST: '127.0.0.1',
    BOOTFLEET_MQTT_PORT: String(mqtt),
    BOOTFLEET_ALLOW_PRIVATE_REGISTRIES: 'true',
    BOOTFLEET_ALLOW_INSECURE_REGISTRIES: 'true',
    LOG_LEVEL: 'warn',
    ...extra,
  }
  const make = (name: PartName, port: number) =>
    new ServerProcess({
      name,
      env,
      main: fileURLToPath(new URL(`../../../apps/${name}/dist/main.js`, import.meta.url)),
      readyUrl: `http://127.0.0.1:${port}/readyz`,
    })
  const processes = {
    api: make('api', api),
    gateway: make('gateway', gatewayHealth),
    worker: make('worker', workerHealth),
  }
  return { processes, apiUrl: `http://127.0.0.1:${api}` }
}
