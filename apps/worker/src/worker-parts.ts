import type { Services } from '@bootfleet/operations'
import type { Logger } from '@bootfleet/telemetry'
import type { WorkerConfig } from './config.ts'
import type { NextLooks } from './leader/next-looks.ts'
import type { JobQueue } from './queue/job-queue.ts'
import type { WorkerMetrics } from './worker-metrics.ts'
import type { WorkerOperations } from './worker-operations.ts'

/** What the parts of one worker share. */
export interface WorkerParts {
  readonly services: Services
  readonly config: WorkerConfig
  readonly operations: WorkerOperations
  readonly queue: JobQueue
  readonly looks: NextLooks
  readonly metrics: WorkerMetrics
  readonly log: Logger
}
