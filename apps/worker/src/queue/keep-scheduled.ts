import { setTimeout as delay } from 'node:timers/promises'
import type { WorkerParts } from '../worker-parts.ts'

const everyMs = 5_000
const retryMs = 1000

/** Schedules the recurring jobs, and again when they got lost with the queue's data, until `signal` aborts. */
export async function keepScheduled(
  { queue, log }: Pick<WorkerParts, 'queue' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const pauseMs = await queue.schedule().then(
      () => everyMs,
      (error: unknown) => {
        log.warn({ err: error }, 'could not schedule the recurring jobs; tries again')
        return retryMs
      },
    )
    await delay(pauseMs, undefined, { signal }).catch(() => {})
  }
}
