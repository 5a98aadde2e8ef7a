import { advanceJob } from '../queue/queued-job.ts'
import type { WorkerParts } from '../worker-parts.ts'
import type { JobProcessor } from './job-processor.ts'

const limit = 500

/** Lines up the rollouts whose time has come. */
export function sweepRolloutsProcessor({ services, operations, queue }: WorkerParts): JobProcessor<'sweep-rollouts'> {
  return async () => {
    const due = await operations.findDueRollouts(services, { limit })
    await queue.add(due.map(advanceJob))
  }
}
