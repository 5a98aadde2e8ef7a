import type { JobInput, JobName } from '@bootfleet/contracts'

/** A job to add. While one with the same `key` waits, a second is not added; while one runs, one more is kept for after. */
export interface QueuedJob<N extends JobName = JobName> {
  readonly name: N
  readonly input: JobInput<N>
  readonly key: string
}

export function advanceJob(rolloutId: string): QueuedJob<'advance-rollout'> {
  return { name: 'advance-rollout', input: { rolloutId }, key: `advance-rollout:${rolloutId}` }
}
