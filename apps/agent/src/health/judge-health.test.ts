import { describe, expect, it } from 'vitest'
import { emptyJournal } from '../journal/journal.ts'
import type { Journal, JournalAttempt } from '../journal/journal.ts'
import { judgeHealth } from './judge-health.ts'

const attempt = { phase: 'verifying', onUnhealthy: 'rollback' } as JournalAttempt
const failed = [{ check: '10-app', output: 'no answer' }]

function journal(change: Partial<Journal> = {}): Journal {
  return {
    ...emptyJournal(),
    attempt,
    health: { bootKey: 'b', status: 'checking', failed: [], deadlineMono: 1000 },
    ...change,
  }
}

function judge(round: Partial<Parameters<typeof judgeHealth>[1]>, before = journal()) {
  const {
    health,
    attempt: after,
    concluded,
  } = judgeHealth(before, { failed: [], warnings: [], greenboot: 'absent', mono: 0, canRollBack: true, ...round })
  return [health.status, after?.phase, concluded]
}

describe('the health of a boot', () => {
  it('is known as soon as all checks pass', () => {
    expect(judge({})).toEqual(['healthy', 'done', true])
  })

  it('has until the deadline', () => {
    expect(judge({ failed, mono: 999 })).toEqual(['checking', 'verifying', false])
    expect(judge({ failed, mono: 1000 })).toEqual(['unhealthy', 'rolling_back', true])
  })

  it('sends nobody back who has nowhere to go or was told to stay', () => {
    expect(judge({ failed, mono: 1000, canRollBack: false })).toEqual(['unhealthy', 'done', true])
    const staying = journal({ attempt: { ...attempt, onUnhealthy: 'stay' } })
    expect(judge({ failed, mono: 1000 }, staying)).toEqual(['unhealthy', 'done', true])
  })

  it('is not waited for once greenboot has given up', () => {
    expect(judge({ failed, greenboot: 'gave_up', mono: 1 })).toEqual(['unhealthy', 'rolling_back', true])
  })

  it('leaves going back to greenboot until the deadline, and remembers why', () => {
    const handling = { failed, warnings: [], greenboot: 'handling' as const, canRollBack: true }
    expect(judge({ ...handling, mono: 999 })).toEqual(['checking', 'verifying', false])
    expect(judgeHealth(journal(), { ...handling, mono: 999 }).attempt?.detail).toBe('health_failed: 10-app: no answer')
    expect(judge({ ...handling, mono: 1000 })).toEqual(['unhealthy', 'rolling_back', true])
  })

  it('is not touched by checks that are not required, which are told', () => {
    expect(judge({ warnings: failed })).toEqual(['healthy', 'done', true])
    const round = { failed: [], greenboot: 'absent' as const, mono: 0, canRollBack: true }
    const { health } = judgeHealth(journal(), { ...round, warnings: failed })
    expect(health.warnings).toEqual(failed)
    expect(judgeHealth(journal({ health }), { ...round, warnings: [] }).health).not.toHaveProperty('warnings')
  })

  it('may change later without ever rolling back', () => {
    const healthy = journal({ attempt: { ...attempt, phase: 'done' } })
    healthy.health.status = 'healthy'
    expect(judge({ failed, mono: 5000 }, healthy)).toEqual(['unhealthy', 'done', false])
  })
})
