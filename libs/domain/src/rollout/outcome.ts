import type { Because } from './because.ts'
import type { Evaluation } from './evaluation.ts'
import type { RolloutState } from './lifecycle.ts'

/** Where a turn leaves the rollout, and why. */
export interface Outcome {
  readonly because: Because
  readonly rollout?: RolloutState
  /** It stays in its state, and nothing of it is left to do. */
  readonly ended?: true
  /** It is completed, and devices converge to it. */
  readonly converging?: true
  /** Judgement over all opened waves, when that is the reason. */
  readonly evaluations?: readonly Evaluation[]
}
