import { advanceJob } from '../queue/queued-job.ts'
import type { WorkerParts } from '../worker-parts.ts'
import { advanceTurns } from './advance-turns.ts'
import type { JobProcessor } from './job-processor.ts'

/** Advances one rollout; a long one gives way to others and lines up again. */
export function advanceRolloutProcessor(parts: WorkerParts): JobProcessor<'advance-rollout'> {
  return async ({ rolloutId }, signal) => {
    const more = await advanceTurns(parts, rolloutId, signal)
    if (more) await parts.queue.add([advanceJob(rolloutId)])
  }
}
