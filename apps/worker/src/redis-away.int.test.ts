import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { connect, listen, type Database } from '@bootfleet/db'
import { notifyChannels } from '@bootfleet/contracts'
import { createTestDatabase, freePort, requireServer, startRedis, testServices, waitFor } from '@bootfleet/testkit'
import type { TestDatabase } from '@bootfleet/testkit'
import { createWorker } from './create-worker.ts'
import { due, openOutboxWriter, type OutboxWriter } from './testing/outbox-writer.ts'
import { createRecorder } from './testing/recorder.ts'

let server: TestDatabase
let db: Database
let outbox: OutboxWriter
const { missing } = requireServer(['redis-server'])

beforeAll(async () => {
  server = await createTestDatabase()
  db = connect(server.url)
  outbox = await openOutboxWriter(server.url)
})
afterAll(async () => {
  await outbox.close()
  await db.close()
  await server[Symbol.asyncDispose]()
})

describe.skipIf(missing)('a worker with its queue on Redis', () => {
  const start = (redisUrl: string, { operations }: ReturnType<typeof createRecorder>) => {
    const health = { host: '127.0.0.1', port: 0 }
    const config = { databaseUrl: server.url, redisUrl, health, concurrency: 2, logLevel: 'silent', drainMs: 5000 }
    return createWorker(testServices(db), { ...config, logLevel: 'silent' }, operations)
  }
  /** Hints of one rollout, until one of them got through the queue. */
  const hintGetsThrough = (recorder: ReturnType<typeof createRecorder>) => {
    const id = randomUUID()
    return waitFor('a job through Redis', async () => {
      await outbox.emit(due(id))
      await waitFor('the hint', () => outbox.allPublished())
      return recorder.times(id) > 0
    })
  }

  test('notifies gateways and advances what is due while Redis does not answer, and goes on with it afterwards', async () => {
    await using redis = await startRedis()
    const recorder = createRecorder()
    await using worker = await start(redis.url, recorder)
    await hintGetsThrough(recorder)
    const stop = new AbortController()
    const heard: string[] = []
    const onNotify = (channel: string | undefined) => void heard.push(channel ?? 'ready')
    const listening = listen({ url: server.url, channels: [notifyChannels.desired], onNotify, signal: stop.signal })
    await waitFor('the listener', () => heard.length > 0)

    redis.freeze()
    const meanwhile = randomUUID()
    recorder.due.add(meanwhile)
    await outbox.emit(due(meanwhile), { kind: 'desired.changed' })
    await waitFor('the gateways', () => heard.includes(notifyChannels.desired))
    await waitFor('the sweep', () => recorder.times(meanwhile) > 0)
    expect((await fetch(`${worker.healthUrl}/readyz`)).status).toBe(503)

    redis.resume()
    await hintGetsThrough(recorder)
    stop.abort()
    await listening
  })

  test('starts and advances what is due without Redis, and uses it once it is there, also a new and empty one', async () => {
    const port = await freePort()
    const recorder = createRecorder()
    await using worker = await start(`redis://127.0.0.1:${port}`, recorder)
    const meanwhile = randomUUID()
    recorder.due.add(meanwhile)
    await waitFor('the sweep', () => recorder.times(meanwhile) > 0)
    const isReady = async () => (await fetch(`${worker.healthUrl}/readyz`)).status === 200
    expect(await isReady()).toBe(false)
    for (const start of ['first', 'second']) {
      await using _redis = await startRedis({ port })
      await waitFor(`the ${start} Redis`, isReady)
      await hintGetsThrough(recorder)
    }
  })
})
