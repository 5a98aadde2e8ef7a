import { setTimeout as delay } from 'node:timers/promises'
import { advanceTurns } from '../processors/advance-turns.ts'
import { advanceJob } from '../queue/queued-job.ts'
import type { WorkerParts } from '../worker-parts.ts'
import { leaderLocks, whileLeading } from './while-leading.ts'

const everyMs = 2000
const limit = 500
const atOnce = 4

/**
 * The sweep that needs no queue, on one worker at a time: a rollout that is due at two looks in a row was not advanced
 * through the queue in between, so it is advanced here. A queue that is lost, emptied or stuck costs seconds.
 */
export async function sweepDirectly(parts: WorkerParts, signal: AbortSignal): Promise<void> {
  const url = parts.config.databaseUrl
  await whileLeading({ url, lock: leaderLocks.sweep, signal, retryMs: everyMs }, async (leading) => {
    let before: ReadonlySet<string> = new Set()
    while (!leading.aborted) {
      before = await look(parts, before, leading).catch((error: unknown) => {
        parts.log.warn({ err: error }, 'could not look for overdue rollouts; tries again')
        return before
      })
      await delay(everyMs, undefined, { signal: leading }).catch(() => {})
    }
  })
}

/** Advances what was due `before` and still is; returns what is due now. */
async function look(
  parts: WorkerParts,
  before: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const due = await parts.operations.findDueRollouts(parts.services, { limit })
  const overdue = due.filter((id) => before.has(id))
  for (let first = 0; first < overdue.length && !signal.aborted; first += atOnce) {
    await Promise.all(overdue.slice(first, first + atOnce).map((id) => advanceOne(parts, id, signal)))
  }
  return new Set(due)
}

async function advanceOne(parts: WorkerParts, rolloutId: string, signal: AbortSignal): Promise<void> {
  try {
    await advanceTurns(parts, rolloutId, signal)
    parts.metrics.sweptDirectly.inc()
  } catch (error) {
    parts.log.error({ err: error, rolloutId }, 'could not advance an overdue rollout; tries again')
  }
  // The key of a job that no longer exists would keep out every later one of this rollout.
  await parts.queue.releaseKey(advanceJob(rolloutId).key).catch(() => {})
}
