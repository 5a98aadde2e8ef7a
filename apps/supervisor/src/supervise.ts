import { join } from 'node:path'
import { Child, type ChildEvents } from './child/child.ts'
import { waitUntilReady } from './child/wait-until-ready.ts'
import type { Config } from './config.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { grantRoles, migrate, prepareEmbeddedDatabase, type DatabaseUrls } from './database.ts'
import { isDemoWanted, keepDemoPort } from './demo.ts'
import { ensureFirstAdmin, type FirstAdminResult } from './first-admin.ts'
import { takeLock } from './lock.ts'
import { describeDemo, describeParts, type Part, type PartsInput } from './parts.ts'
import { checkPorts, findFreePort } from './ports.ts'
import { startPostgres } from './postgres/start-postgres.ts'
import { Running, stopLeftovers } from './running.ts'
import { say, step } from './say.ts'
import { readSecretKey } from './secret-key.ts'
import { openServices } from './services.ts'
import type { StopStack } from './stop-stack.ts'

/** One run of `npm start`. */
export interface Run {
  readonly root: string
  readonly config: Config
  /** Everything that was started is put here, so that it can be stopped in the opposite order. */
  readonly stack: StopStack
  readonly children: Child[]
  /** Aborted when somebody asks to stop. */
  readonly signal: AbortSignal
}

/** What somebody who has just started bootfleet wants to know. */
export interface Supervised {
  readonly admin: FirstAdminResult
  /** Whether a demo runs. */
  readonly demo: boolean
}

/**
 * Starts the database unless there is one, brings it up to date, sets the installation up, and starts the processes.
 * Resolves when all of them are ready. Nothing is started before the folder and every port are known to be ours.
 */
export async function supervise(run: Run): Promise<Supervised> {
  const { config, root, stack } = run
  const folder = await openDataFolder(config.dataFolder)
  const lock = await takeLock(folder.lock)
  stack.add('the lock', () => lock.release())
  if (lock.tookOver) await step('end what an earlier start left', () => stopLeftovers(folder.running, root))
  await checkPorts(config.host, listenedPorts(config))
  const running = new Running(folder.running)
  stack.add('the list of processes', () => running.clear())
  const secretKey = await readSecretKey(folder.secretKey, process.env['BOOTFLEET_SECRET_KEY'])
  const events = { say, logs: folder.logs, onProcess: running.set.bind(running) }
  const urls = await prepareDatabase(run, folder, events)
  run.signal.throwIfAborted()
  const prepared = await prepareInstallation(run, folder, { urls, secretKey })
  run.signal.throwIfAborted()
  const demoPort = prepared.demo ? await keepDemoPort(folder.demo, Object.values(config.ports)) : undefined
  await startParts(run, events, { urls, secretKey, demoPort })
  if (demoPort !== undefined) keep(run, new Child(describeDemo({ root, config, port: demoPort }), events))
  return prepared
}

/** The ports that this start listens on: the embedded broker's only if it is used. */
function listenedPorts({ ports, mqttUrl }: Config): Partial<Config['ports']> {
  const { mqtt, ...others } = ports
  return mqttUrl === undefined ? { ...others, mqtt } : others
}

async function prepareDatabase(run: Run, folder: DataFolder, events: ChildEvents): Promise<DatabaseUrls> {
  const { config, stack, children } = run
  const queue = config.redisUrl === undefined
  if (config.databaseUrl !== undefined) {
    const urls = { app: config.databaseUrl, admin: config.databaseAdminUrl ?? config.databaseUrl }
    await step('migrate the database of DATABASE_URL', () => migrate(urls.admin, { queue }))
    return urls
  }
  const server = await step('start PostgreSQL', () => startPostgres(folder, events))
  children.push(server.child)
  stack.add('PostgreSQL', () => server.child.stop())
  run.signal.throwIfAborted()
  return step('migrate the database', async () => {
    const urls = await prepareEmbeddedDatabase(server.port, server.credentials)
    await migrate(urls.admin, { queue })
    await grantRoles(urls.admin)
    return urls
  })
}

interface Secrets {
  readonly urls: DatabaseUrls
  readonly secretKey: string
}

async function prepareInstallation({ config }: Run, folder: DataFolder, secrets: Secrets): Promise<Supervised> {
  const services = openServices(secrets.urls.app, secrets.secretKey, config.addresses)
  try {
    const { adminEmail: email, demo } = config
    const admin = await ensureFirstAdmin(services, { file: folder.admin, email, demo })
    return { admin, demo: await isDemoWanted(services, admin.organizationId, demo) }
  } finally {
    await services.db.close()
  }
}

type PartSecrets = Secrets & Pick<PartsInput, 'demoPort'>

async function startParts(run: Run, events: ChildEvents, { urls, secretKey, demoPort }: PartSecrets): Promise<void> {
  const { root, config } = run
  const healthPorts = { gateway: await findFreePort(), worker: await findFreePort() }
  const parts = describeParts({ root, config, databaseUrl: urls.app, secretKey, healthPorts, demoPort })
  await Promise.all(parts.map((part) => startPart(run, events, part)))
}

async function startPart(run: Run, events: ChildEvents, part: Part): Promise<void> {
  const child = new Child(part, events)
  keep(run, child)
  await step(`${part.name} is ready`, () => waitUntilReady(child, part.readyUrl, run.signal))
}

function keep({ stack, children }: Run, child: Child): void {
  children.push(child)
  stack.add(child.name, () => child.stop())
}

/** The folder of the repository that the compiled supervisor lies in. */
export const repositoryRoot = join(import.meta.dirname, '../../..')
