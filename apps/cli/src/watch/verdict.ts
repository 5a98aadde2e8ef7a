import type { Rollout } from '@bootfleet/contracts'
import type { ExitReason } from '../exit-codes.ts'

/** How a rollout that somebody waits for has ended. */
export interface Verdict {
  readonly outcome: 'completed' | 'aborted' | 'rolled_back' | 'superseded' | 'tripped' | 'halted'
  readonly reason: Extract<ExitReason, 'ok' | 'not_completed'>
}

/**
 * The verdict on a rollout, or undefined while waiting makes sense. A rollout that a person paused may go on; one that a
 * gate paused, or whose roll-back was aborted, needs a decision first.
 */
export function verdictOf({
  state,
  waves,
  because,
}: Pick<Rollout, 'state' | 'waves' | 'because'>): Verdict | undefined {
  if (state === 'completed') return { outcome: 'completed', reason: 'ok' }
  if (state === 'aborted' || state === 'rolled_back' || state === 'superseded')
    return { outcome: state, reason: 'not_completed' }
  if (state === 'paused' && because.code === 'rollout.rollback_aborted')
    return { outcome: 'halted', reason: 'not_completed' }
  const tripped = waves.some((wave) => wave.state === 'tripped')
  return state === 'paused' && tripped ? { outcome: 'tripped', reason: 'not_completed' } : undefined
}
