import { z } from 'zod'
import { Instant } from './common.ts'

/** Half of the simulated tries end by `p50`, nine of ten by `p90`; null: some devices may never apply. */
export const PreviewEstimate = z
  .object({
    p50: Instant.nullable(),
    p90: Instant.nullable(),
    /** Whose times it rests on: measured in the channel's last rollouts, or assumed without history. */
    source: z.enum(['channel', 'assumed']),
    /** Devices that they were measured on. */
    samples: z.number().int().min(0),
  })
  .meta({ id: 'PreviewEstimate' })
export type PreviewEstimate = z.infer<typeof PreviewEstimate>

/** What was expected when the rollout started, beside what happened. */
export const RolloutEstimate = z
  .object({
    ...PreviewEstimate.shape,
    /** When it was finished; null while it is not, and when it ended in another way. */
    finishedAt: Instant.nullable(),
    /**
     * Where that time is, or the present one while it is not finished: up to `p50`, up to `p90`, or after both. Null where
     * no end was expected, and when it ended in another way.
     */
    standing: z.enum(['within_p50', 'within_p90', 'late']).nullable(),
  })
  .meta({ id: 'RolloutEstimate' })
export type RolloutEstimate = z.infer<typeof RolloutEstimate>
