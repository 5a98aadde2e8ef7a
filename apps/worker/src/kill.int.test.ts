import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { connect, type Database } from '@bootfleet/db'
import { createRollout, prepareQueue, setupInstallation, systemCtx, type Ctx } from '@bootfleet/operations'
import { createTestDatabase, digestOf, query, quickPolicy, requireServer, ScriptedDevice } from '@bootfleet/testkit'
import { startRedis, testServices, waitFor, type RedisServer, type TestDatabase } from '@bootfleet/testkit'
import { buildWorker, startWorkerProcess, type BuiltWorker, type WorkerProcess } from './testing/worker-process.ts'

const admin = { email: 'admin@fleet.test', password: 'a long enough password', name: 'Admin' }
const { missing } = requireServer(['redis-server'])
let worker: BuiltWorker

beforeAll(async () => void (worker = await buildWorker()))
afterAll(() => worker[Symbol.asyncDispose]())

describe.each([
  { queue: 'PostgreSQL', onRedis: false },
  { queue: 'Redis', onRedis: true },
])('worker processes with the queue on $queue', ({ onRedis }) => {
  let server: TestDatabase
  let db: Database
  let redis: RedisServer | undefined
  let ctx: Ctx
  let index = 0

  beforeAll(async () => {
    server = await createTestDatabase()
    if (!onRedis) await prepareQueue(server.adminUrl)
    else if (!missing) redis = await startRedis()
    db = connect(server.url)
    const services = testServices(db)
    const { organizationId } = await setupInstallation(services, { organization: { slug: 'o', name: 'O' }, admin })
    ctx = systemCtx(services, organizationId)
  })
  afterAll(async () => {
    await db.close()
    await redis?.stop()
    await server[Symbol.asyncDispose]()
  })

  const start = () => {
    const environment = { DATABASE_URL: server.url, WORKER_PORT: '0', ...(redis && { REDIS_URL: redis.url }) }
    return startWorkerProcess(worker.file, environment)
  }
  const stopAll = async (processes: readonly WorkerProcess[]) => {
    for (const one of processes) if (one.running()) await one.end('SIGKILL')
  }

  /** Starts a rollout on a channel of its own: its targets are planned by the worker alone. */
  async function startRollout(): Promise<void> {
    const { organizationId } = ctx
    const [channelId, releaseId, groupId] = [randomUUID(), randomUUID(), randomUUID()]
    const name = `c-${channelId}`
    const budget = { maxUnavailable: { count: 1 }, maxDownloading: 1 }
    await db.transaction('system', async (tx) => {
      await tx.channel.create({ data: { id: channelId, organizationId, name, repository: 'r.test/os' } })
      const release = { id: releaseId, organizationId, channelId, repository: 'r.test/os', createdBy: 'test' }
      await tx.release.create({ data: { ...release, annotations: {} } })
      const manifest = { releaseId, organizationId, architecture: 'amd64', sizeBytes: 1n, layers: [] }
      await tx.releaseManifest.create({ data: { ...manifest, manifestDigest: digestOf(1), configDigest: digestOf(2) } })
      const group = { id: groupId, organizationId, name, channelId, budget, windows: [], blackouts: [] }
      await tx.deviceGroup.create({ data: group })
    })
    await ScriptedDevice.enroll(ctx.services, { organizationId, groupId, index: index++, booted: digestOf(0) })
    await createRollout(ctx, { channel: name, release: releaseId, policy: quickPolicy(), start: 'now' })
  }

  test.skipIf(onRedis && missing)(
    'lose nothing when one of them is killed again and again',
    async () => {
      const rounds = 6
      const processes = [start(), start()]
      try {
        for (let round = 0; round < rounds; round++) {
          await waitFor('a relay', () => processes.some((one) => one.output().includes('runs the outbox relay')))
          await startRollout()
          // Whoever ran the relay: it is killed with work in its hands.
          const victim = processes.findIndex((one) => one.output().includes('runs the outbox relay'))
          await processes[victim]!.end('SIGKILL')
          processes[victim] = start()
        }
        await waitFor('every rollout', async () => {
          const rows = await query(server.adminUrl, 'SELECT FROM rollout WHERE planned_at IS NOT NULL')
          return rows.length === rounds
        })
        await waitFor('every event', async () => {
          return (await query(server.adminUrl, 'SELECT FROM outbox WHERE published_seq IS NULL')).length === 0
        })
      } finally {
        await stopAll(processes)
      }
    },
    180_000,
  )

  test.skipIf(onRedis && missing)('end with code 0 when they are asked to', async () => {
    const one = start()
    try {
      await waitFor('the worker', () => one.output().includes('the worker runs'))
      expect(await one.end('SIGTERM')).toBe(0)
      expect(one.output()).not.toMatch(/postgresql:\/\/[^:]+:app@/)
    } finally {
      await stopAll([one])
    }
  })
})

describe('a worker process', () => {
  test('refuses a database whose queue was not prepared, and says what to do', async () => {
    await using server = await createTestDatabase()
    const one = startWorkerProcess(worker.file, { DATABASE_URL: server.url, WORKER_PORT: '0' })
    await waitFor('the end', () => !one.running())
    expect(one.output()).toContain('npm run migrate')
  })

  test('refuses a login that can bypass row security', async () => {
    await using server = await createTestDatabase()
    const one = startWorkerProcess(worker.file, { DATABASE_URL: server.adminUrl, WORKER_PORT: '0' })
    await waitFor('the end', () => !one.running())
    expect(one.output()).toContain('can bypass row-level security')
  })
})
