/** One comparison of a gate, as the API serves it. */
export interface Evaluation {
  readonly metric:
    | 'failures'
    | 'failure_percent'
    | 'success_percent'
    | 'sequential_trip'
    | 'sequential_pass'
    | 'rollout_failures'
  readonly numerator: number
  readonly denominator: number
  /** `null`: no number would do yet. */
  readonly threshold: number | null
  readonly minSample: number
  readonly verdict: 'trip' | 'pass' | 'wait'
}

/** What concluded before the first granted target of a wave that has not concluded, in grant order. */
export interface GrantPrefix {
  readonly succeeded: number
  readonly failures: number
}
