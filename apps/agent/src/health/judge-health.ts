import { saidBy } from '../plain-text.ts'
import type { Journal, JournalAttempt, JournalHealth } from '../journal/journal.ts'
import type { CheckRound } from './check.ts'

/** What one round of checks means. `concluded` says that the health of this boot is known now and was not before. */
export interface HealthVerdict {
  health: JournalHealth
  attempt: JournalAttempt | null
  concluded: boolean
}

/** One round of checks, and what it is judged by. */
export interface JudgedRound extends CheckRound {
  mono: number
  /** There is an image to go back to. */
  canRollBack: boolean
}

/**
 * Failing checks have until the deadline to pass. Past it, an attempt that asked for it is rolled back, if there is
 * something to go back to; a machine whose health was known already is never rolled back on its own. Where greenboot
 * failed its checks and goes back by itself, it has until the deadline as well, so that no two roll back at once.
 */
export function judgeHealth(journal: Journal, round: JudgedRound): HealthVerdict {
  const { attempt } = journal
  const { failed } = round
  const health = withWarnings(journal.health, round)
  const wasChecking = health.status === 'checking'
  if (failed.length === 0) {
    return { health: { ...health, status: 'healthy', failed }, attempt: verified(attempt), concluded: wasChecking }
  }
  if (wasChecking && round.mono < health.deadlineMono && round.greenboot !== 'gave_up') {
    return { health: { ...health, failed }, attempt: explained(attempt, round), concluded: false }
  }
  const unhealthy = { ...health, status: 'unhealthy' as const, failed }
  return { health: unhealthy, attempt: wasChecking ? left(attempt, round) : attempt, concluded: wasChecking }
}

function verified(attempt: JournalAttempt | null): JournalAttempt | null {
  if (attempt?.phase !== 'verifying') return attempt
  const { detail: _detail, ...passed } = attempt
  return { ...passed, phase: 'done' }
}

function left(attempt: JournalAttempt | null, round: JudgedRound): JournalAttempt | null {
  if (attempt?.phase !== 'verifying') return attempt
  const goesBack = attempt.onUnhealthy === 'rollback' && round.canRollBack
  return { ...attempt, detail: detailOf(round), phase: goesBack ? 'rolling_back' : 'done' }
}

/** Whoever looks at the next boot should know why greenboot left this one. */
function explained(attempt: JournalAttempt | null, round: JudgedRound): JournalAttempt | null {
  if (attempt?.phase !== 'verifying' || round.greenboot !== 'handling') return attempt
  return { ...attempt, detail: detailOf(round) }
}

function detailOf({ failed: [first] }: JudgedRound): string {
  return saidBy(`health_failed: ${first?.check ?? ''}: ${first?.output ?? 'no output'}`, 1000)
}

function withWarnings(before: JournalHealth, { warnings }: JudgedRound): JournalHealth {
  const { warnings: _warnings, ...health } = before
  return warnings.length === 0 ? health : { ...health, warnings }
}
