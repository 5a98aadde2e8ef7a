import type { Desired } from '@bootfleet/contracts'
import type { Capabilities } from '../bootc/capabilities.ts'
import type { HostStatus } from '../bootc/host-status.ts'
import type { Now } from '../clock.ts'
import type { HeldGrant } from '../desired/grant.ts'
import type { Journal } from '../journal/journal.ts'

/** All that `plan` looks at. Times without a note are on the monotonic clock. */
export interface View {
  now: Now
  desired: Desired | null
  /** Not before this a download that has no grant behind it begins: spreads a fleet over `jitterSec`. */
  stageNotBefore: number
  grant: HeldGrant | null
  /** The present connection, if there is one. */
  conn: string | null
  host: HostStatus
  /** False while bootc cannot be asked; then nothing is decided on what it said before. */
  hostIsFresh: boolean
  caps: Capabilities
  bootKey: string
  journal: Journal
  /** When the health checks run next. */
  nextCheckAt: number
  /** When this process told the machine to reboot, or null. */
  rebootAskedAt: number | null
  /** After a step failed: the same step not again before `notBefore`, or, if that is null, never for this generation. */
  retry: { step: string; gen: number; notBefore: number | null } | null
}
