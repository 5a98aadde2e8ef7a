import { expect, test } from 'vitest'
import { addBlackout, addWindow, parseShare } from './group-rules.ts'

const berlin = { timezone: 'Europe/Berlin' }

test.each([
  ['mon-fri 22:00-04:00 Europe/Berlin', { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '22:00', to: '04:00' }],
  ['sat,sun 01:00-05:00 Europe/Berlin', { days: ['sat', 'sun'], from: '01:00', to: '05:00' }],
  ['fri-mon 01:00-05:00 Europe/Berlin', { days: ['fri', 'sat', 'sun', 'mon'], from: '01:00', to: '05:00' }],
  ['cron 0 2 * * 6 for 3h Europe/Berlin', { cron: '0 2 * * 6', durationMin: 180 }],
])('"%s" is a window', (text, window) => {
  expect(addWindow(text, undefined)).toEqual([{ ...window, ...berlin }])
})

test('windows add up in their order', () => {
  const first = addWindow('daily 01:00-05:00 UTC', undefined)
  expect(first[0]).toMatchObject({ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] })
  expect(addWindow('cron 0 2 1 * * for 30m UTC', first)).toHaveLength(2)
})

test.each([
  ['nights', /days/],
  ['mon-someday 01:00-05:00 UTC', /days/],
  ['mon 01:00-05:00 Mars/Olympus', /timezone must be a time zone/],
  ['cron 0 2 * * 9 for 3h UTC', /cron/],
  ['cron 0 2 * * 6 for a-while UTC', /Write "mon-fri/],
  ['cron 0 2 * * 6 for soon UTC', /durationMin/],
])('"%s" is refused with the part that is wrong', (text, message) => {
  expect(() => addWindow(text, undefined)).toThrow(message)
})

test('a blackout is two times and a reason; a date alone is its midnight in UTC', () => {
  expect(addBlackout('2026-12-20..2027-01-03T18:00+01:00 Christmas sale', [])).toEqual([
    { from: '2026-12-20T00:00:00.000Z', to: '2027-01-03T17:00:00.000Z', reason: 'Christmas sale' },
  ])
  expect(() => addBlackout('2026-12-20..2026-12-19 back', [])).toThrow(/must be after "from"/)
  expect(() => addBlackout('tomorrow..2026-12-19 soon', [])).toThrow(/from/)
  // Without an offset it would mean another time on each machine.
  expect(() => addBlackout('2026-12-20T18:00..2026-12-22 fair', [])).toThrow(/from/)
})

test('a share is a count or a percentage', () => {
  expect(parseShare('5')).toEqual({ count: 5 })
  expect(parseShare('10%')).toEqual({ percent: 10 })
  expect(() => parseShare('0')).toThrow(/count such as 5/)
})
