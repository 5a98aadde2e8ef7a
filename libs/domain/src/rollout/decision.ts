import type { Because } from './because.ts'
import type { Evaluation } from './evaluation.ts'
import type { RolloutState } from './lifecycle.ts'
import type { TargetState } from './target-lifecycle.ts'
import type { GrantBackoff, Instant, WaveState } from './view.ts'

/** What a device is told as a consequence. `none`: nothing to do with this image any more. */
export type Instruction =
  | { readonly kind: 'stage' }
  | { readonly kind: 'apply'; readonly grantId: string; readonly conn: string; readonly windowUntil: Instant | null }
  | { readonly kind: 'none' }

/** New values of one target. What is left out stays. */
export interface TargetChange {
  readonly deviceId: string
  readonly from: TargetState
  readonly to: TargetState
  readonly reason?: string
  readonly because: Because
  readonly wave?: number | null
  readonly dueAt: Instant | null
  readonly grant?: { readonly id: string; readonly conn: string; readonly bootKey: string | null } | null
  /** What the device runs when it is granted its reboot for the first time. */
  readonly origin?: { readonly digest: string; readonly bootKey: string }
  readonly recalled?: boolean
  readonly backoff?: GrantBackoff | null
  readonly soak?: { readonly bootKey: string; readonly until: Instant } | null
  readonly attempts?: number
  /** The stop of its route that it goes on with, and the boot that proved the one before. */
  readonly hop?: { readonly at: number; readonly bootKey: string | null }
  readonly slot?: 'take' | 'free'
  readonly instruct?: Instruction
  /** Kind of the event to write; none for a mere change of the next due time. */
  readonly event?: string
}

export interface WaveChange {
  readonly index: number
  readonly state: WaveState
  readonly evaluations?: readonly Evaluation[]
  readonly because: Because
  readonly event?: string
}

export interface Decision {
  readonly targets: readonly TargetChange[]
  readonly waves: readonly WaveChange[]
  readonly rollout?: { readonly to: RolloutState; readonly because: Because }
  /** It was superseded, and none of its devices is under way any more. */
  readonly ended?: true
  /** It is completed, and devices converge to it: it is looked at like one that runs. */
  readonly converging?: true
  /** Why the rollout is where it is. Never missing. */
  readonly because: Because
  /** A judgement that is no wave's result: over all opened waves of a completed rollout, or by signals that hold. */
  readonly evaluations?: readonly Evaluation[]
  /** When to look again without a report. */
  readonly wakeAt: Instant | null
}
