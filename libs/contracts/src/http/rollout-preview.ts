import { z } from 'zod'
import { Because, NamedRef } from './common.ts'
import { RolloutRelease } from './rollout-views.ts'

const count = z.number().int().min(0)

export const PreviewWave = z
  .object({
    index: count,
    name: z.string(),
    size: count,
    soakSec: count,
    /** The first devices in the planned order, at most 20. */
    devices: z.array(NamedRef),
    /** Devices in whose place these come when members cannot be reached, at most 20. */
    reserves: z.array(NamedRef),
    /** So many failures trip the gate; null: no number of failures does. */
    failuresToTrip: count.nullable(),
    /** So many successes are needed to pass it. */
    successesToPass: count,
  })
  .meta({ id: 'PreviewWave' })

/** What a rollout would do if it started now. */
export const RolloutPreview = z
  .object({
    channel: NamedRef,
    release: RolloutRelease,
    eligible: count,
    waves: z.array(PreviewWave),
    /** Waves of the policy that would add nobody and were merged away. */
    mergedWaves: z.array(z.string()),
    /** Who is left out and why; `devices` names at most 20. */
    excluded: z.array(z.object({ because: Because, count, devices: z.array(NamedRef) })),
    /** Compressed bytes to pull by all eligible devices together; null when nothing is known. */
    bytesToPull: count.nullable(),
    warnings: z.array(Because),
  })
  .meta({ id: 'RolloutPreview' })
export type RolloutPreview = z.infer<typeof RolloutPreview>
