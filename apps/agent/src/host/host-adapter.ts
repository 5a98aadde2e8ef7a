import type { Capabilities } from '../bootc/capabilities.ts'
import type { BootcFailure } from '../bootc/classify-error.ts'
import type { HostStatus } from '../bootc/host-status.ts'
import type { PullProgress } from '../bootc/parse-progress.ts'

/** What changes images on this host failed; `failure` says how, in the agent's words and its own. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly failure: BootcFailure

  constructor(failure: BootcFailure) {
    super(failure.detail)
    this.failure = failure
  }
}

export interface StageOptions {
  ref: string
  /** Only as the machine's signature policy allows it; stays so for later upgrades. */
  requireSignatures?: boolean
  /** Prepare a reboot of userspace alone, where the kernel stays the same. Only where staging cannot be locked. */
  softReboot?: boolean
  onProgress: (progress: PullProgress) => void
  signal: AbortSignal
}

/**
 * What moves a host from image to image. Another way than bootc is another adapter: the planner asks `capabilities` and
 * `status`, and nothing else of the agent knows which one it is. Every method throws HostError.
 */
export interface HostAdapter {
  capabilities: Capabilities
  status: () => Promise<HostStatus>
  /** Downloads and stages an image; with the capability it is locked, or is about to be. */
  stage: (options: StageOptions) => Promise<void>
  /** What is staged is not applied by a reboot any more. */
  lock: () => Promise<void>
  /** What is staged is applied by the next reboot. */
  unlock: (options: { softReboot: boolean }) => Promise<void>
  /** Nothing is staged any more. */
  dropStaged: () => Promise<void>
  /** Toggles which of two deployments boots next, and drops what is staged. */
  rollback: () => Promise<void>
}
