/**
 * Who may move a rollout where. The server's guard, the dashboard's buttons and the diagram in docs/rollouts.md read this
 * table. Verbs in the second half are the clock's, not an operator's.
 */
export const lifecycle = {
  draft: {
    start: 'running',
    schedule: 'scheduled',
    submit: 'awaiting_approval',
    supersede: 'superseded',
    abort: 'aborted',
  },
  // Another time is another thing to approve: `submit` where that is missing, and `schedule` where it is there.
  awaiting_approval: {
    approve: 'scheduled',
    reject: 'aborted',
    schedule: 'scheduled',
    submit: 'awaiting_approval',
    unschedule: 'draft',
    supersede: 'superseded',
    abort: 'aborted',
  },
  scheduled: {
    start: 'running',
    schedule: 'scheduled',
    submit: 'awaiting_approval',
    unschedule: 'draft',
    supersede: 'superseded',
    abort: 'aborted',
  },
  running: {
    pause: 'pausing',
    abort: 'aborting',
    roll_back: 'rolling_back',
    complete: 'completed',
    supersede: 'superseded',
  },
  pausing: {
    resume: 'running',
    abort: 'aborting',
    roll_back: 'rolling_back',
    drained: 'paused',
    supersede: 'superseded',
  },
  paused: { resume: 'running', abort: 'aborting', roll_back: 'rolling_back', supersede: 'superseded' },
  completed: { roll_back: 'rolling_back' },
  aborting: { drained: 'aborted', supersede: 'superseded' },
  rolling_back: { complete: 'rolled_back', halt: 'paused', supersede: 'superseded' },
  aborted: {},
  rolled_back: {},
  superseded: {},
} as const satisfies Record<string, Record<string, string>>

export type RolloutState = keyof typeof lifecycle
export type RolloutVerb = { [S in RolloutState]: keyof (typeof lifecycle)[S] }[RolloutState]

export const rolloutStates = Object.keys(lifecycle) as RolloutState[]

/** States in which the clock still has something to do. */
export const activeStates = [
  'running',
  'pausing',
  'paused',
  'aborting',
  'rolling_back',
] as const satisfies RolloutState[]

/** Where a verb leads from a state; `undefined` when it is not legal there. */
export function nextState(state: RolloutState, verb: RolloutVerb): RolloutState | undefined {
  const row: Partial<Record<RolloutVerb, RolloutState>> = lifecycle[state]
  return row[verb]
}

/** States from which a verb is legal, for the reason beside a disabled button. */
export function statesAllowing(verb: RolloutVerb): RolloutState[] {
  return rolloutStates.filter((state) => nextState(state, verb) !== undefined)
}
