import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { connect, type Database } from '@bootfleet/db'
import { jobs } from '@bootfleet/contracts'
import { prepareQueue, type Services } from '@bootfleet/operations'
import { createTestDatabase, query, requireServer, startRedis, testServices, waitFor } from '@bootfleet/testkit'
import type { RedisServer, TestDatabase } from '@bootfleet/testkit'
import { createWorker, type RunningWorker } from './create-worker.ts'
import { leaderLocks } from './leader/while-leading.ts'
import { connectQueue } from './queue/connect-queue.ts'
import { due, openOutboxWriter, type OutboxWriter } from './testing/outbox-writer.ts'
import { createRecorder } from './testing/recorder.ts'
import type { WorkerConfig } from './config.ts'
import type { WorkerOperations } from './worker-operations.ts'

let server: TestDatabase
let db: Database
let services: Services
let outbox: OutboxWriter

async function readMetric({ healthUrl }: RunningWorker, name: string): Promise<number> {
  const text = await (await fetch(`${healthUrl}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`))
  return Number(line?.split(' ').at(-1) ?? 0)
}

const leaders = async (workers: RunningWorker[]) =>
  (await Promise.all(workers.map((one) => readMetric(one, 'bootfleet_relay_leader')))).reduce((a, b) => a + b, 0)

beforeAll(async () => {
  server = await createTestDatabase()
  await prepareQueue(server.adminUrl)
  db = connect(server.url)
  services = testServices(db)
  outbox = await openOutboxWriter(server.url)
})
afterAll(async () => {
  await outbox.close()
  await db.close()
  await server[Symbol.asyncDispose]()
})

const { missing } = requireServer(['redis-server'])

describe.each([
  { queue: 'PostgreSQL', onRedis: false },
  { queue: 'Redis', onRedis: true },
])('with the queue on $queue', ({ onRedis }) => {
  let redis: RedisServer | undefined
  const workers: RunningWorker[] = []
  const settings = (): WorkerConfig => ({
    databaseUrl: server.url,
    redisUrl: redis?.url,
    health: { host: '127.0.0.1', port: 0 },
    concurrency: 4,
    logLevel: 'silent',
    drainMs: 5000,
  })
  const start = async (operations: WorkerOperations) => {
    const worker = await createWorker(services, settings(), operations)
    workers.push(worker)
    return worker
  }
  const emptyQueue = async () => {
    if (redis) await redis.command('FLUSHALL')
    // Keys of jobs that are gone stay behind here: the worst that can be left of a queue.
    else await query(server.adminUrl, 'DELETE FROM bullmq.job; DELETE FROM bullmq.scheduler')
  }

  beforeAll(async () => {
    if (onRedis && !missing) redis = await startRedis()
  })
  afterAll(() => redis?.stop())
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((one) => one.close()))
  })

  describe.skipIf(onRedis && missing)('a worker', () => {
    test('runs a job once for all events of a batch that ask for it', async () => {
      const { operations, times } = createRecorder()
      const id = randomUUID()
      await outbox.emit(due(id), { kind: 'rollout.changed', rolloutId: id }, due(id), due(id))
      await start(operations)
      await waitFor('the job', () => times(id) > 0)
      const marker = randomUUID()
      await outbox.emit(due(marker))
      await waitFor('a later job', () => times(marker) > 0)
      expect(times(id)).toBe(1)
    })

    test('runs a job again when it was asked for while it ran, once for all that came in', async () => {
      const { operations, times, rules } = createRecorder()
      const id = randomUUID()
      const gate = new EventEmitter()
      rules.set(id, async () => void (times(id) === 1 && (await once(gate, 'open'))))
      await start(operations)
      await outbox.emit(due(id))
      await waitFor('the first run', () => times(id) === 1)
      await outbox.emit(due(id))
      await waitFor('the second hint', () => outbox.allPublished())
      await outbox.emit(due(id))
      await waitFor('the third hint', () => outbox.allPublished())
      expect(times(id)).toBe(1)
      gate.emit('open')
      await waitFor('the second run', () => times(id) === 2)
      const marker = randomUUID()
      await outbox.emit(due(marker))
      await waitFor('a later job', () => times(marker) > 0)
      expect(times(id)).toBe(2)
    })

    test('advances what is due when the queue was emptied, and takes hints for it again afterwards', async () => {
      const { operations, times, due: dueNow, rules } = createRecorder()
      const id = randomUUID()
      const gate = new EventEmitter()
      rules.set(id, async () => void (times(id) === 1 && (await once(gate, 'open'))))
      const worker = await start(operations)
      await outbox.emit(due(id))
      await waitFor('the first run', () => times(id) === 1)
      await emptyQueue()
      dueNow.add(id)
      await waitFor('the sweep', () => times(id) === 2 && !dueNow.has(id))
      expect(await readMetric(worker, 'bootfleet_rollouts_swept_directly_total')).toBeGreaterThan(0)
      gate.emit('open')
      await waitFor('the next hint to get through', async () => {
        await outbox.emit(due(id))
        await waitFor('the hint', () => outbox.allPublished())
        return times(id) >= 3
      })
    })

    test('schedules the recurring jobs again when the queue lost them', async () => {
      const { operations } = createRecorder()
      await start(operations)
      const connection = connectQueue(settings())
      const { queue } = connection
      const names = Object.entries(jobs).flatMap(([name, job]) => ('everySec' in job ? [name] : []))
      const scheduled = async () => (await Promise.all(names.map((one) => queue.getJobScheduler(one)))).every(Boolean)
      await waitFor('schedules', scheduled)
      await emptyQueue()
      expect(await queue.getJobScheduler('prune-history')).toBeUndefined()
      await waitFor('schedules again', scheduled)
      await connection.close()
    })

    test('retries what throws with a pause, while other jobs go on', async () => {
      const { operations, times, rules } = createRecorder()
      const [bad, good] = [randomUUID(), randomUUID()]
      rules.set(bad, () => (times(bad) < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve()))
      await start(operations)
      await outbox.emit(due(bad))
      await waitFor('the first failure', () => times(bad) === 1)
      await outbox.emit(due(good))
      await waitFor('the other job', () => times(good) === 1)
      expect(times(bad)).toBeLessThan(3)
      await waitFor('the third attempt', () => times(bad) === 3)
    })

    test('two workers run each recurring job once a period and one relay between them', async () => {
      const { operations } = createRecorder()
      const began = Date.now()
      const pair = [await start(operations), await start(operations)]
      await waitFor('one relay', async () => (await leaders(pair)) === 1)
      const name = 'bootfleet_jobs_processed_total{name="sweep-rollouts",outcome="done"}'
      const runs = async () => (await Promise.all(pair.map((one) => readMetric(one, name)))).reduce((a, b) => a + b, 0)
      const period = 2000
      await waitFor('some periods', async () => (await runs()) >= 3)
      const ran = await runs()
      // Counted after the clock was read: each period that has begun may have had its run, and the first one two.
      expect(ran).toBeLessThanOrEqual(Math.floor((Date.now() - began) / period) + 2)
      expect(await leaders(pair)).toBe(1)
    })

    test('another relay takes over when the connection of the first one is cut, and when its worker ends', async () => {
      const { operations, times } = createRecorder()
      const pair = [await start(operations), await start(operations)]
      await waitFor('one relay', async () => (await leaders(pair)) === 1)
      const cut = `SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objid = ${leaderLocks.relay}
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
      expect(await query(server.adminUrl, cut)).toHaveLength(1)
      const [first, second] = [randomUUID(), randomUUID()]
      await outbox.emit(due(first))
      await waitFor('the job after the cut', () => times(first) === 1)
      await waitFor('one relay again', async () => (await leaders(pair)) === 1)
      const [ending, staying] = (await readMetric(pair[0]!, 'bootfleet_relay_leader')) === 1 ? pair : pair.toReversed()
      await ending!.close()
      await outbox.emit(due(second))
      await waitFor('the job after the end', () => times(second) === 1)
      expect(await readMetric(staying!, 'bootfleet_relay_leader')).toBe(1)
    })

    test('says that it is ready, and how old the outbox is', async () => {
      const worker = await start(createRecorder().operations)
      const ready = await waitFor('readiness', async () => {
        const response = await fetch(`${worker.healthUrl}/readyz`)
        return response.status === 200 && response
      })
      expect(await ready.json()).toEqual({ status: 'ready', problems: [] })
      expect((await fetch(`${worker.healthUrl}/healthz`)).status).toBe(200)
      expect((await fetch(`${worker.healthUrl}/other`)).status).toBe(404)
      expect(await (await fetch(`${worker.healthUrl}/metrics`)).text()).toContain(
        'bootfleet_outbox_oldest_age_seconds 0',
      )
    })
  })
})
