/** One comparison of a gate, as the API serves it. */
export interface Evaluation {
  readonly metric:
    | 'failures'
    | 'failure_percent'
    | 'success_percent'
    | 'sequential_trip'
    | 'sequential_pass'
    | 'rollout_failures'
    | 'signals'
  readonly numerator: number
  readonly denominator: number
  /** `null`: no number would do yet. */
  readonly threshold: number | null
  readonly minSample: number
  readonly verdict: 'trip' | 'pass' | 'wait' | 'hold'
  /** Name of the signal, of the metric `signals`. */
  readonly signal?: string
}

/** What concluded before the first granted target of a wave that has not concluded, in grant order. */
export interface GrantPrefix {
  readonly succeeded: number
  readonly failures: number
}
