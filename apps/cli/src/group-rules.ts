import { Blackout, fieldErrors, Window, weekdays, type Group } from '@bootfleet/contracts'
import { InvalidArgumentError } from 'commander'
import { readDuration } from './duration.ts'

export type Share = Group['budget']['maxUnavailable']
type Day = (typeof weekdays)[number]

/** `5` or `10%`. */
export function parseShare(text: string): Share {
  const [, digits, percent] = /^(\d{1,7})(%?)$/.exec(text) ?? []
  const number = Number(digits)
  if (number >= 1 && percent === '') return { count: number }
  if (number >= 1 && number <= 100) return { percent: number }
  throw new InvalidArgumentError('It must be a count such as 5 or a percentage such as 10%.')
}

const windowForms = 'Write "mon-fri 22:00-04:00 Europe/Berlin", or "cron 0 2 * * 6 for 3h Europe/Berlin".'

/** One window of a group, added to those before it. */
export function addWindow(text: string, before: Window[] | undefined): Window[] {
  return [...(before ?? []), checked(Window, readWindow(text.trim()), windowForms)]
}

function readWindow(text: string): unknown {
  const [, cron, length, cronZone] = /^cron (.+) for (\w+) (\S+)$/.exec(text) ?? []
  if (cron !== undefined && length !== undefined)
    return { cron, durationMin: (readDuration(length) ?? 0) / 60_000, timezone: cronZone }
  const [, days = '', from, to, timezone] = /^(\S+) (\d\d:\d\d)-(\d\d:\d\d) (\S+)$/.exec(text) ?? []
  return { days: days === 'daily' ? weekdays : days.split(',').flatMap(daysOf), from, to, timezone }
}

// `fri-mon` goes over the end of the week.
function daysOf(text: string): readonly string[] {
  const [first = '', last] = text.split('-')
  const [from, to] = [weekdays.indexOf(first as Day), weekdays.indexOf((last ?? first) as Day)]
  if (from < 0 || to < 0) return [text]
  const length = ((to - from + 7) % 7) + 1
  return Array.from({ length }, (_, at) => weekdays[(from + at) % 7] ?? first)
}

const blackoutForms = 'Write "2026-12-20..2027-01-03 Christmas sale"; times have an offset, 2026-12-20T18:00+01:00.'

/** One blackout of a group, added to those before it. A date alone is its midnight in UTC. */
export function addBlackout(text: string, before: Blackout[] | undefined): Blackout[] {
  const [, from = '', to = '', reason] = /^(\S+?)\.\.(\S+) (.+)$/.exec(text.trim()) ?? []
  return [...(before ?? []), checked(Blackout, { from: instantOf(from), to: instantOf(to), reason }, blackoutForms)]
}

function instantOf(text: string): string {
  const at = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? text : new Date(at).toISOString()
}

interface Schema<T> {
  safeParse: (
    value: unknown,
  ) => { success: true; data: T } | { success: false; error: Parameters<typeof fieldErrors>[0] }
}

function checked<T>(schema: Schema<T>, value: unknown, forms: string): T {
  const found = schema.safeParse(value)
  if (found.success) return found.data
  const problems = fieldErrors(found.error).map(({ field, message }) => `${field} ${message}`)
  throw new InvalidArgumentError(`${problems.join('; ')}. ${forms}`)
}
