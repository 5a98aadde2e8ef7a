import { createPostgresBackend, Queue, Worker, type Processor, type WorkerOptions } from 'bullmq'
import { Redis } from 'ioredis'
import { queueName } from '@bootfleet/contracts'
import { queueSchema } from '@bootfleet/operations'
import type { WorkerConfig } from '../config.ts'

/** The part of BullMQ that is used, whatever lies under it. */
export type BullQueue = Pick<
  Queue,
  'addBulk' | 'close' | 'getJobScheduler' | 'removeDeduplicationKey' | 'upsertJobScheduler' | 'waitUntilReady'
> & { on(event: 'error', listener: (error: Error) => void): unknown }
export type BullWorker = Pick<Worker, 'close' | 'isRunning' | 'run' | 'waitUntilReady'> & {
  on(event: 'error', listener: (error: Error) => void): unknown
}
export type ProcessorOptions = Pick<WorkerOptions, 'concurrency'>

/** A queue and how to work on it, on PostgreSQL or on Redis. */
export interface QueueConnection {
  readonly queue: BullQueue
  openWorker(processor: Processor, options: ProcessorOptions): BullWorker
  /** Resolves when the queue can be used. Where it can be away for a while without harm, at once. */
  waitUntilReady(): Promise<void>
  close(): Promise<void>
}

/** On Redis when there is a URL of one, on the application's PostgreSQL otherwise. */
export function connectQueue({ databaseUrl, redisUrl }: WorkerConfig): QueueConnection {
  return redisUrl === undefined ? onPostgres(databaseUrl) : onRedis(redisUrl)
}

function onPostgres(connectionString: string): QueueConnection {
  // The tables are made by prepareQueue; the application's login may use them in the system role alone.
  const connection = { connectionString, schema: queueSchema, options: '-c role=bootfleet_system', max: 4 }
  const queue = new Queue(queueName, { connection }, createPostgresBackend)
  return {
    queue,
    openWorker: (processor, options) =>
      new Worker(queueName, processor, { ...options, connection, autorun: false }, createPostgresBackend),
    waitUntilReady: async () => {
      await queue.waitUntilReady().catch((cause: unknown) => {
        throw new Error('The queue cannot be used on this database. Run `npm run migrate`, then start again.', {
          cause,
        })
      })
    },
    close: () => queue.close(),
  }
}

function onRedis(url: string): QueueConnection {
  // Adding must fail rather than wait while Redis is away; fetching must wait.
  const adding = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false })
  const fetching = new Redis(url, { maxRetriesPerRequest: null })
  for (const client of [adding, fetching]) client.on('error', () => {})
  const queue = new Queue(queueName, { connection: adding })
  return {
    queue,
    openWorker: (processor, options) =>
      new Worker(queueName, processor, { ...options, connection: fetching, autorun: false }),
    waitUntilReady: () => Promise.resolve(),
    close: async () => {
      await queue.close()
      adding.disconnect()
      fetching.disconnect()
    },
  }
}
