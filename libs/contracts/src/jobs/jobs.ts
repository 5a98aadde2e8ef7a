import { z } from 'zod'

/** The queue that all jobs go through. */
export const queueName = 'bootfleet'

/**
 * Jobs carry ids only and are hints: losing one is a delay, since a sweep finds what is overdue. `id` deduplicates.
 * `everySec` jobs are scheduled, once for all workers.
 */
export const jobs = {
  'advance-rollout': { input: z.object({ rolloutId: z.uuid() }), attempts: 5, backoffMs: 1000 },
  'sweep-rollouts': { input: z.object({}), attempts: 1, backoffMs: 0, everySec: 2 },
  'expire-presence': { input: z.object({}), attempts: 1, backoffMs: 0, everySec: 15 },
  'prune-history': { input: z.object({}), attempts: 1, backoffMs: 0, everySec: 3600 },
} as const satisfies Record<string, { input: z.ZodType; attempts: number; backoffMs: number; everySec?: number }>

export type JobName = keyof typeof jobs
export type JobInput<N extends JobName> = z.output<(typeof jobs)[N]['input']>
