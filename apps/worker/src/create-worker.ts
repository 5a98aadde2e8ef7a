import { readOutboxAge, type Services } from '@bootfleet/operations'
import { createLogger } from '@bootfleet/telemetry'
import type { WorkerConfig } from './config.ts'
import { startHealthServer } from './health-server.ts'
import { createNextLooks } from './leader/next-looks.ts'
import { sweepDirectly } from './leader/sweep-directly.ts'
import { runRelay } from './outbox/relay.ts'
import { createProcessors } from './processors/processors.ts'
import { connectQueue } from './queue/connect-queue.ts'
import { createJobQueue } from './queue/job-queue.ts'
import { keepScheduled } from './queue/keep-scheduled.ts'
import { runJobs } from './queue/run-jobs.ts'
import { withDeadline } from './with-deadline.ts'
import { createWorkerMetrics } from './worker-metrics.ts'
import type { WorkerOperations } from './worker-operations.ts'
import type { WorkerParts } from './worker-parts.ts'

export interface RunningWorker extends AsyncDisposable {
  /** Where health and metrics are served. */
  readonly healthUrl: string
  /** Takes nothing new, lets running jobs end within the time to drain, and lets go of everything. */
  close(): Promise<void>
}

const answerMs = 2000

/** Starts one worker: relay, queue, schedules, sweep. Any number may run; killing one at any time loses nothing. */
export async function createWorker(
  services: Services,
  config: WorkerConfig,
  operations: WorkerOperations,
): Promise<RunningWorker> {
  const log = createLogger('worker', config.logLevel)
  const metrics = createWorkerMetrics(() => withDeadline(readOutboxAge(services), { ms: answerMs, what: 'database' }))
  const connection = connectQueue(config)
  connection.queue.on('error', (error) => log.debug({ err: error }, 'the queue has a problem'))
  const queue = createJobQueue(connection.queue, services.now)
  const stop = new AbortController()
  const looks = createNextLooks({ queue, now: services.now }, stop.signal)
  const parts: WorkerParts = { services, config, operations, queue, looks, metrics, log }
  await connection.waitUntilReady().catch(async (error: unknown) => {
    await connection.close().catch(() => {})
    throw error
  })
  const worker = runJobs(connection, { ...parts, processors: createProcessors(parts) }, stop.signal)
  const loops = [runRelay(parts, stop.signal), sweepDirectly(parts, stop.signal), keepScheduled(parts, stop.signal)]
  const close = async () => {
    stop.abort()
    const ending = Promise.allSettled([...loops, worker.close()]).then(() => connection.close())
    await withDeadline(ending, { ms: config.drainMs, what: 'closing the worker' }).catch((error: unknown) =>
      log.warn({ err: error }, 'closed with jobs still running; they will be run again'),
    )
  }
  const problems = async () => {
    const asked = [
      withDeadline(readOutboxAge(services), { ms: answerMs, what: 'database' }),
      withDeadline(connection.queue.getJobScheduler('sweep-rollouts'), { ms: answerMs, what: 'queue' }),
    ]
    const answers = await Promise.allSettled(asked)
    return answers.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  }
  try {
    const health = await startHealthServer(config.health, { problems, metrics: () => metrics.expose() })
    const closeAll = async () => {
      await close()
      await health.close()
    }
    return { healthUrl: health.url, close: closeAll, [Symbol.asyncDispose]: closeAll }
  } catch (error) {
    await close()
    throw error
  }
}
