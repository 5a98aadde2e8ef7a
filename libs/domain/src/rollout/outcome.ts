import type { Because } from './because.ts'
import type { RolloutState } from './lifecycle.ts'

/** Where a turn leaves the rollout, and why. */
export interface Outcome {
  readonly because: Because
  readonly rollout?: RolloutState
}
