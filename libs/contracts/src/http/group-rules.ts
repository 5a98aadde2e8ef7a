import { z } from 'zod'
import { parseCron } from '@bootfleet/domain'
import { InstantInput, LabelKey } from './common.ts'
import { Share } from './policy-spec.ts'

/** How many devices of a group may be down or downloading at the same time. */
export const Budget = z
  .strictObject({
    maxUnavailable: Share.default({ percent: 10 }),
    /** Also at most `maxUnavailablePerValue` for each value of this label, and for devices without it. */
    groupBy: LabelKey.optional(),
    /** As `maxUnavailable` where it is left out. */
    maxUnavailablePerValue: Share.optional(),
    maxDownloading: z.number().int().min(1).max(1_000_000).default(50),
  })
  .refine(({ groupBy, maxUnavailablePerValue }) => groupBy !== undefined || maxUnavailablePerValue === undefined, {
    path: ['groupBy'],
    message: 'must name the label whose values "maxUnavailablePerValue" counts by, such as "site"',
  })
  .meta({ id: 'Budget' })
export type Budget = z.output<typeof Budget>

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, HH:MM')

const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as Europe/Berlin')

// What is longer than a month and fires each month is always open.
const longestMin = 31 * 1440

/** A weekly range in which devices may apply. `to` before `from` ends on the next day; `days` name the start. */
const WeeklyWindow = z
  .strictObject({
    days: z.array(z.enum(weekdays)).min(1).max(7),
    from: TimeOfDay,
    to: TimeOfDay,
    timezone: TimeZone,
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'must differ from "from"' })
  .meta({ id: 'WeeklyWindow' })

/** Open for `durationMin` from each firing of a cron expression of five fields on. */
const CronWindow = z
  .strictObject({
    cron: z.string().max(200).superRefine(refuseNoCron),
    durationMin: z.number().int().min(1).max(longestMin),
    timezone: TimeZone,
  })
  .meta({ id: 'CronWindow' })

/** When devices may apply: a weekly range, or some time from each firing of a cron expression on. */
export const Window = z
  .union([WeeklyWindow, CronWindow], {
    error: 'must be {days, from, to, timezone} for a weekly range, or {cron, durationMin, timezone}',
  })
  .meta({ id: 'Window' })
export type Window = z.output<typeof Window>

/** A range of time in which nothing is applied, whatever the windows say. */
export const Blackout = z
  .strictObject({ from: InstantInput, to: InstantInput, reason: z.string().min(1).max(200) })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { path: ['to'], message: 'must be after "from"' })
  .meta({ id: 'Blackout' })
export type Blackout = z.output<typeof Blackout>

export const Windows = z.array(Window).max(50)
export const Blackouts = z.array(Blackout).max(100)

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function refuseNoCron(text: string, issues: z.RefinementCtx): void {
  try {
    parseCron(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    issues.addIssue({ code: 'custom', message: error.message })
  }
}
