import { z } from 'zod'
import { Because, NamedRef } from './common.ts'
import { PreviewEstimate } from './rollout-estimate.ts'
import { VerbAccess } from './rollout-views.ts'

const count = z.number().int().min(0)

/** An image that devices would go back to. */
export const RollbackDestination = z
  .object({
    digest: z.string(),
    /** The release that it is; null: none that is known here. */
    release: NamedRef.nullable(),
    /** Devices that have it in their rollback slot, and pull nothing. */
    bySlot: count,
    /** Devices that pull it. */
    byPull: count,
    /** Compressed bytes that these pull together; null when nothing is known. */
    bytesToPull: count.nullable(),
    /** The first of these devices by name, at most 20. */
    devices: z.array(NamedRef),
  })
  .meta({ id: 'RollbackDestination' })

/** What rolling a rollout back now would do. */
export const RollbackPreview = z
  .object({
    rollout: z.uuid(),
    /** Whether it can be rolled back now, and if not why. What follows holds all the same. */
    access: VerbAccess,
    /** Devices that would go back. */
    eligible: count,
    bySlot: count,
    byPull: count,
    bytesToPull: count.nullable(),
    /** Where to, at most 20 images, those of most devices first. */
    goesTo: z.array(RollbackDestination),
    goesToCount: count,
    /** Who cannot go back or need not, and why; `devices` names at most 20. */
    excluded: z.array(z.object({ because: Because, count, devices: z.array(NamedRef) })),
    /** When it would be finished; it counts a download for each device. Null when nobody goes back. */
    estimate: PreviewEstimate.nullable(),
    warnings: z.array(Because),
  })
  .meta({ id: 'RollbackPreview' })
export type RollbackPreview = z.infer<typeof RollbackPreview>
