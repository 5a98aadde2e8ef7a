import type { WorkerParts } from '../worker-parts.ts'
import type { JobProcessor } from './job-processor.ts'

/** Deletes what is older than its retention. */
export function pruneHistoryProcessor({ services, operations, log }: WorkerParts): JobProcessor<'prune-history'> {
  return async (_, signal) => {
    const { deleted, more } = await operations.pruneHistory(services, { signal })
    if (Object.keys(deleted).length > 0) log.info({ deleted, more }, 'pruned history')
  }
}
