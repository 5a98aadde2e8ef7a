import { z } from 'zod'

const text = (max: number) => z.string().max(max)
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** How many of a machine's differences from its image are named; the counts are of all. */
export const maxDriftEntries = 100

/** One file in /etc, by its path below it, that is not as the image has it. */
export const ChangedFile = z.object({ path: text(300), change: z.enum(['added', 'modified', 'removed']) })
export type ChangedFile = z.infer<typeof ChangedFile>

/** What of a machine's persistent state differs from its image: the document of `up/drift`. */
export const DriftDocument = z.object({
  /** All of the following together; 0 is a machine that is just its image. */
  count,
  /** Files in /etc, without those that are different on every machine. `null`: nobody can tell. */
  etc: z.object({ count, files: z.array(ChangedFile).max(maxDriftEntries) }).nullable(),
  /** Access mode of an overlay over /usr, and whether it outlives a reboot as far as it is known. */
  usrOverlay: text(40).nullable(),
  /** Packages layered, replaced or removed on the machine. `count` is at least 1 where bootc only knows that there are any. */
  packages: z.object({ count, names: z.array(text(200)).max(maxDriftEntries) }),
  /** Kernel arguments that neither the image nor the installation brought. */
  kernelArguments: z.object({ count, list: z.array(text(300)).max(maxDriftEntries) }),
  /** Deployments that are pinned, and take up disk space. Not a difference from the image, so not in `count`. */
  pinned: count,
})
export type DriftDocument = z.infer<typeof DriftDocument>

/** How long the last boot took, from the kernel's start to the last unit; milliseconds. */
export const BootTime = z.object({
  ms: count,
  /** On the image before, when the agent saw it boot. */
  previousImageMs: count.nullable(),
})
export type BootTime = z.infer<typeof BootTime>

/** What a machine is: the document of `up/inventory`. */
export const InventoryDocument = z.object({
  agent: text(40),
  hardwareId: text(200),
  hostname: text(253),
  architecture: text(32),
  kernel: text(200),
  /** Some lines of os-release. */
  os: z.record(text(64), text(200)),
  /** Version of bootc; `null` where there is none. */
  bootc: text(40).nullable(),
  backend: text(40),
  capabilities: z.array(text(40)).max(40),
  disk: z.object({ totalGiB: count, freePercent: count }).nullable(),
  boot: BootTime.nullable(),
  /** What else would update or reboot this machine. */
  updaters: z.array(z.object({ name: text(200), state: text(40) })).max(20),
  /** What keeps this machine from being moved to an image, and what to do about it; empty on one that can be. */
  blockers: z.array(z.object({ code: text(40), detail: text(1024) })).max(20),
  /** The container image that a layered machine is layered on, or the ostree reference that it follows. */
  base: z.object({ ref: text(512).nullable(), digest: text(80).nullable(), origin: text(512).nullable() }).nullable(),
})
export type InventoryDocument = z.infer<typeof InventoryDocument>
