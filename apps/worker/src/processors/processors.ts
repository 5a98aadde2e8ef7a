import type { JobInput, JobName } from '@bootfleet/contracts'
import type { WorkerParts } from '../worker-parts.ts'
import { advanceRolloutProcessor } from './advance-rollout.ts'
import { expirePresenceProcessor } from './expire-presence.ts'
import { pruneHistoryProcessor } from './prune-history.ts'
import { sweepRolloutsProcessor } from './sweep-rollouts.ts'

/** Does one job. May be called twice for the same hint; throws to be called again later. */
export type JobProcessor<N extends JobName> = (input: JobInput<N>, signal: AbortSignal) => Promise<void>

/** One processor for every job of the catalogue, and none besides: the compiler sees to it. */
export type Processors = { readonly [N in JobName]: JobProcessor<N> }

export function createProcessors(parts: WorkerParts): Processors {
  return {
    'advance-rollout': advanceRolloutProcessor(parts),
    'sweep-rollouts': sweepRolloutsProcessor(parts),
    'expire-presence': expirePresenceProcessor(parts),
    'prune-history': pruneHistoryProcessor(parts),
  }
}
