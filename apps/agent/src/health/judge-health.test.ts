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
  } = judgeHealth(before, { failed: [], mono: 0, canRollBack: true, ...round })
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

  it('may change later without ever rolling back', () => {
    const healthy = journal({ attempt: { ...attempt, phase: 'done' } })
    healthy.health.status = 'healthy'
    expect(judge({ failed, mono: 5000 }, healthy)).toEqual(['unhealthy', 'done', false])
  })
})
