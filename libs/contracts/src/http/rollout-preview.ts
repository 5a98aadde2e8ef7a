import { z } from 'zod'
import { Because, NamedRef } from './common.ts'
import { PreviewEstimate } from './rollout-estimate.ts'
import { RolloutRelease, RolloutState } from './rollout-views.ts'

const count = z.number().int().min(0)

/** Devices of one value of the label that the policy stratifies by; `value: null`: those without it. */
export const PreviewStratum = z.object({ value: z.string().nullable(), count }).meta({ id: 'PreviewStratum' })
export type PreviewStratum = z.infer<typeof PreviewStratum>

export const PreviewWave = z
  .object({
    index: count,
    name: z.string(),
    size: count,
    /** Its devices match it; null: they need not. */
    selector: z.string().nullable(),
    soakSec: count,
    /** The first devices in the planned order, at most 20. */
    devices: z.array(NamedRef),
    /** Devices in whose place these come when members cannot be reached, at most 20. */
    reserves: z.array(NamedRef),
    /** Values of `stratifyBy` that the wave meets, the most frequent first, at most 20; empty without `stratifyBy`. */
    strata: z.array(PreviewStratum),
    /** How many values it meets, those beyond 20 too. */
    strataCount: count,
    /** Compressed bytes to pull by its devices together; null when nothing is known. */
    bytesToPull: count.nullable(),
    /** So many failures trip the gate; null: no number of failures does. */
    failuresToTrip: count.nullable(),
    /** So many successes are needed to pass it. */
    successesToPass: count,
  })
  .meta({ id: 'PreviewWave' })

/** What a rollout would do if it started now. */
export const RolloutPreview = z
  .object({
    /** Salt of the order: a rollout that is created with this `id` takes the devices in the order shown. */
    id: z.uuid(),
    channel: NamedRef,
    release: RolloutRelease,
    eligible: count,
    /** Label over whose values the planned order deals the devices. */
    stratifyBy: z.string().nullable(),
    waves: z.array(PreviewWave),
    /** Waves of the policy that would add nobody and were merged away. */
    mergedWaves: z.array(z.string()),
    /** Who is left out and why; `devices` names at most 20. */
    excluded: z.array(z.object({ because: Because, count, devices: z.array(NamedRef) })),
    /** Rollouts under way on the channel, whose place it takes; so many of their devices finish there first. */
    supersedes: z.array(z.object({ rollout: z.uuid(), name: z.string(), state: RolloutState, finishFirst: count })),
    /**
     * Compressed bytes to pull by all eligible devices together: of each image on their way, the layers that the one before
     * it does not have. Null when nothing is known.
     */
    bytesToPull: count.nullable(),
    /** Of these, the devices that the update graph sends through other releases, each of which they pull; null: none. */
    overHops: z.object({ devices: count, bytesToPull: count.nullable() }).nullable(),
    /** When it would be finished, if every device connects and succeeds; null when nobody takes part. */
    estimate: PreviewEstimate.nullable(),
    warnings: z.array(Because),
  })
  .meta({ id: 'RolloutPreview' })
export type RolloutPreview = z.infer<typeof RolloutPreview>
