import { expect, test } from 'vitest'
import type { Window } from '@bootfleet/contracts'
import { budgetText, windowText, windowsText } from './group-words.ts'

const weekly = (
  days: ('mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun')[],
  from = '01:00',
  to = '05:00',
): Window => ({
  days,
  from,
  to,
  timezone: 'UTC',
})

test.each<[Window, string]>([
  [weekly(['mon', 'tue', 'wed', 'thu', 'fri']), 'Mon to Fri 01:00–05:00, UTC'],
  [weekly(['sun', 'sat']), 'Sat, Sun 01:00–05:00, UTC'],
  [weekly(['mon', 'wed', 'fri']), 'Mon, Wed, Fri 01:00–05:00, UTC'],
  [weekly(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), 'every day 01:00–05:00, UTC'],
  [weekly(['fri'], '22:00', '04:00'), 'Fri 22:00–04:00 (of the next day), UTC'],
  [{ cron: '0 2 * * 6', durationMin: 90, timezone: 'Europe/Berlin' }, '0 2 * * 6 for 1 h 30 min, Europe/Berlin'],
])('%j reads "%s"', (window, text) => {
  expect(windowText(window)).toBe(text)
})

test('a cell names the first window and counts the others', () => {
  expect(windowsText({ windows: [] })).toBe('always')
  expect(windowsText({ windows: [weekly(['mon']), weekly(['tue'])] })).toBe('Mon 01:00–05:00, UTC and 1 more')
})

test('a budget by label says what each value may lose', () => {
  const maxUnavailable = { percent: 10 }
  expect(budgetText({ maxUnavailable, maxDownloading: 5 })).toBe('10 %')
  expect(budgetText({ maxUnavailable, maxDownloading: 5, groupBy: 'site' })).toBe('10 %, and 10 % of each site')
  const maxUnavailablePerValue = { count: 1 }
  expect(budgetText({ maxUnavailable, maxDownloading: 5, groupBy: 'site', maxUnavailablePerValue })).toBe(
    '10 %, and 1 of each site',
  )
})
