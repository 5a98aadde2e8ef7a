import { describe, expect, it } from 'vitest'
import { Budget, Windows } from './group-rules.ts'

function problems(window: unknown): string[] {
  const { error } = Windows.safeParse([window])
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
}

const nightly = { cron: '0 2 * * sat', durationMin: 120, timezone: 'Europe/Berlin' }

describe('a window', () => {
  it('is a weekly range or a cron expression', () => {
    expect(problems(nightly)).toEqual([])
    expect(problems({ days: ['sat'], from: '02:00', to: '04:00', timezone: 'Europe/Berlin' })).toEqual([])
  })

  it.each([
    [{ ...nightly, cron: '0 25 * * *' }, '0.cron: cron: hour "25" is not understood'],
    [{ ...nightly, cron: '0 2 30 feb *' }, '0.cron: cron: day of month "30" never comes in month "feb"'],
    [{ ...nightly, cron: '* * * *' }, '0.cron: cron: write five fields'],
    [{ ...nightly, timezone: 'Mars/Olympus' }, '0.timezone: must be a time zone of the IANA database'],
    [{ ...nightly, durationMin: 0 }, '0.durationMin: '],
    [{ ...nightly, durationMin: 44_641 }, '0.durationMin: '],
    [{ days: ['sat'], from: '02:00', to: '02:00', timezone: 'UTC' }, '0.to: must differ from "from"'],
    [{ cron: '0 2 * * *' }, '0: must be {days, from, to, timezone} for a weekly range, or {cron, durationMin'],
    [{ ...nightly, days: ['sat'] }, '0: Unrecognized key: "days"'],
  ])('is refused with its field and the fix: %j', (window, problem) => {
    expect(problems(window)).toEqual([expect.stringContaining(problem)])
  })
})

describe('a budget', () => {
  it('counts by the values of a label only when it names one', () => {
    const maxUnavailablePerValue = { count: 1 }
    expect(Budget.safeParse({ groupBy: 'site', maxUnavailablePerValue }).success).toBe(true)
    const { error } = Budget.safeParse({ maxUnavailablePerValue })
    expect(error?.issues).toEqual([expect.objectContaining({ path: ['groupBy'] })])
  })
})
