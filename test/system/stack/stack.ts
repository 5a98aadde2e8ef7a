import { randomBytes } from 'node:crypto'
import { connect } from '@bootfleet/db'
import { prepareQueue, setupInstallation, type Services } from '@bootfleet/operations'
import { createSecretBox, parseMasterKey } from '@bootfleet/pki'
import { createClient, type Client } from '@bootfleet/sdk'
import {
  createTestDatabase,
  startPostgres,
  testServices,
  type PostgresServer,
  type TestDatabase,
} from '@bootfleet/testkit'
import { describeServers, parts, type PartName } from './describe-servers.ts'
import type { ServerProcess } from './server-process.ts'

/** The only person of a fresh stack. */
export const admin = { email: 'admin@fleet.test', password: 'correct horse battery staple', name: 'Admin' }

// Registries of tests are on this machine and speak plain http.
const localRegistries = {
  BOOTFLEET_ALLOW_PRIVATE_REGISTRIES: 'true',
  BOOTFLEET_ALLOW_INSECURE_REGISTRIES: 'true',
}

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
    const { processes, ports } = await describeServers({
      databaseUrl: database.url,
      secretKey,
      extra: { ...localRegistries, ...extra },
    })
    const apiUrl = `http://127.0.0.1:${ports.api}`
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
