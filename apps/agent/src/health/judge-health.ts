import type { Journal, JournalAttempt, JournalHealth } from '../journal/journal.ts'
import type { FailedCheck } from '../machine/machine.ts'

/** What one round of checks means. `concluded` says that the health of this boot is known now and was not before. */
export interface HealthVerdict {
  health: JournalHealth
  attempt: JournalAttempt | null
  concluded: boolean
}

/**
 * Failing checks have until the deadline to pass. Past it, an attempt that asked for it is rolled back, if there is
 * something to go back to; a machine whose health was known already is never rolled back on its own.
 */
export function judgeHealth(
  journal: Journal,
  round: { failed: FailedCheck[]; mono: number; canRollBack: boolean },
): HealthVerdict {
  const { health, attempt } = journal
  const failed = round.failed
  const wasChecking = health.status === 'checking'
  if (failed.length === 0) {
    return { health: { ...health, status: 'healthy', failed }, attempt: verified(attempt), concluded: wasChecking }
  }
  if (wasChecking && round.mono < health.deadlineMono) {
    return { health: { ...health, failed }, attempt, concluded: false }
  }
  const unhealthy = { ...health, status: 'unhealthy' as const, failed }
  return { health: unhealthy, attempt: wasChecking ? left(attempt, round) : attempt, concluded: wasChecking }
}

function verified(attempt: JournalAttempt | null): JournalAttempt | null {
  return attempt?.phase === 'verifying' ? { ...attempt, phase: 'done' } : attempt
}

function left(
  attempt: JournalAttempt | null,
  round: { failed: FailedCheck[]; canRollBack: boolean },
): JournalAttempt | null {
  if (attempt?.phase !== 'verifying') return attempt
  const first = round.failed[0]
  const detail = `health_failed: ${first?.check ?? ''}: ${first?.output ?? 'no output'}`.slice(0, 1000)
  const goesBack = attempt.onUnhealthy === 'rollback' && round.canRollBack
  return { ...attempt, detail, phase: goesBack ? 'rolling_back' : 'done' }
}
