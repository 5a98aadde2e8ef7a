import { setTimeout as delay } from 'node:timers/promises'
import { notifyChannels } from '@bootfleet/contracts'
import { listen } from '@bootfleet/db'
import { publishOutbox, type Notification, type OutboxEntry } from '@bootfleet/operations'
import { leaderLocks, whileLeading } from '../leader/while-leading.ts'
import { createWake } from '../leader/wake.ts'
import type { WorkerParts } from '../worker-parts.ts'
import { routeEvents } from './routes.ts'

const batch = 500
const pollMs = 1000

/** Publishes the outbox on one worker at a time; the others stand by. Resolves after `signal` aborts. */
export async function runRelay(parts: WorkerParts, signal: AbortSignal): Promise<void> {
  const { config, metrics, log } = parts
  await whileLeading({ url: config.databaseUrl, lock: leaderLocks.relay, signal, retryMs: pollMs }, async (leading) => {
    log.info('runs the outbox relay')
    metrics.relayLeader.set(1)
    await publishWhile(parts, leading).finally(() => metrics.relayLeader.set(0))
    log.info('left the outbox relay')
  })
}

async function publishWhile(parts: WorkerParts, signal: AbortSignal): Promise<void> {
  const wake = createWake()
  const url = parts.config.databaseUrl
  const listening = listen({ url, channels: [notifyChannels.outbox], onNotify: () => wake.wake(), signal })
  while (!signal.aborted) {
    const published = await publishBatch(parts).catch(async (error: unknown) => {
      parts.log.warn({ err: error }, 'could not publish the outbox; tries again')
      await delay(pollMs, undefined, { signal }).catch(() => {})
      return 0
    })
    if (published < batch) await wake.wait(pollMs, signal)
  }
  await listening
}

async function publishBatch(parts: WorkerParts): Promise<number> {
  const { services, metrics } = parts
  const entries = await publishOutbox(services, { limit: batch, deliver: (waiting) => deliver(parts, waiting) })
  const now = services.now().getTime()
  for (const { createdAt } of entries) metrics.relayLag.observe(Math.max(0, now - createdAt.getTime()) / 1000)
  metrics.published.inc(entries.length)
  return entries.length
}

// Jobs go first, numbers afterwards: a crash in between repeats them, and what a job does bears that. A queue that does
// not take them must not hold up gateways and dashboards, though: the sweep finds the rollouts that are due without it.
async function deliver(parts: WorkerParts, entries: readonly OutboxEntry[]): Promise<readonly Notification[]> {
  const unknown = entries.filter(({ event }) => event === undefined)
  if (unknown.length > 0) parts.log.warn({ ids: unknown.map(({ id }) => id) }, 'passed over events of an unknown kind')
  const { jobs, notify } = routeEvents(entries.flatMap(({ event }) => event ?? []))
  await parts.queue.add(jobs).catch((error: unknown) => {
    parts.metrics.queueFailures.inc(jobs.length)
    parts.log.warn({ err: error, jobs: jobs.length }, 'the queue did not take hints; the sweep will find what is due')
  })
  return notify
}
