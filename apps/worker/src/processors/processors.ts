import type { WorkerParts } from '../worker-parts.ts'
import { advanceRolloutProcessor } from './advance-rollout.ts'
import { expirePresenceProcessor } from './expire-presence.ts'
import type { Processors } from './job-processor.ts'
import { pruneHistoryProcessor } from './prune-history.ts'
import { sweepRolloutsProcessor } from './sweep-rollouts.ts'

/** The processor of each job. */
export function createProcessors(parts: WorkerParts): Processors {
  return {
    'advance-rollout': advanceRolloutProcessor(parts),
    'sweep-rollouts': sweepRolloutsProcessor(parts),
    'expire-presence': expirePresenceProcessor(parts),
    'prune-history': pruneHistoryProcessor(parts),
  }
}
