import { setTimeout as delay } from 'node:timers/promises'
import { maxIngestBatch, type InboundMessage, type IngestOutcome, type IngestResult } from '@bootfleet/operations'
import { storeBatch, type StoreOptions } from './store-batch.ts'

const gatherMs = 5
const maxQueued = 10_000

export interface IngestQueueOptions extends Pick<StoreOptions, 'ingest' | 'probe' | 'onError'> {
  readonly onStored: (messages: readonly InboundMessage[], outcome: IngestOutcome) => void
}

/** Messages that share a transaction with whatever arrives within a few milliseconds. */
export interface IngestQueue {
  /** Resolves when the message is durable, dropped or refused for good; rejects when there is no room to wait for that. */
  add(message: InboundMessage): Promise<IngestResult>
  /** Why nothing is being stored at present. */
  problem(): string | undefined
  size(): number
  /** Stores what is queued, or gives it up when the database is away. */
  close(): Promise<void>
}

interface Waiting {
  readonly message: InboundMessage
  readonly resolve: (result: IngestResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * One batch at a time. While the database is away, messages wait and their senders with them, as many as there is room
 * for; of what may be dropped, half as many.
 */
export function createIngestQueue({ onStored, ...store }: IngestQueueOptions): IngestQueue {
  const waiting: Waiting[] = []
  let problem: string | undefined
  let closed = false
  let running: Promise<void> | undefined
  const onProblem = (found: string | undefined) => {
    problem = found
  }

  async function run(): Promise<void> {
    await delay(gatherMs)
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxIngestBatch)
      const messages = batch.map(({ message }) => message)
      try {
        const outcome = await storeBatch(messages, { ...store, onProblem, givesUp: () => closed })
        onStored(messages, outcome)
        settle(batch, outcome)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    running = undefined
  }

  return {
    add: (message) => {
      const mayDrop = message.up.kind.startsWith('tm/')
      // A rejection ends the device's connection, and when much waits a crowd that connects again is the last thing wanted.
      if (mayDrop && waiting.length >= maxQueued / 2) return Promise.resolve({ outcome: 'dropped' })
      if (closed || waiting.length >= maxQueued) return Promise.reject(new Error('no room: too many messages wait'))
      return new Promise((resolve, reject) => {
        waiting.push({ message, resolve, reject })
        running ??= run()
      })
    },
    problem: () => problem,
    size: () => waiting.length,
    close: async () => {
      closed = true
      await running
    },
  }
}

function settle(batch: readonly Waiting[], { results }: IngestOutcome): void {
  batch.forEach(({ resolve, reject }, index) => {
    const result = results[index]
    if (result) resolve(result)
    else reject(new Error('the batch gave no result for this message'))
  })
}
