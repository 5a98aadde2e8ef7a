import { CliError } from './failure.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of `90s`, `30m`, `12h` or `7d`; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,6})(s|m|h|d)$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * (unitMs[unit] ?? 0)
}

// A timer of the runtime counts in 31 bits of milliseconds.
const longestWaitMs = 20 * 86_400_000

/** What `--timeout` takes, in milliseconds. Throws a usage error. */
export function parseTimeout(text: string): number {
  const ms = readDuration(text)
  if (ms !== undefined && ms > 0 && ms <= longestWaitMs) return ms
  throw new CliError('usage', `--timeout "${text}" is not a time from 1s to 20d: write 90s, 30m or 2h.`)
}

/** A point in time as ISO 8601 from a time such as `2026-03-01T02:00+01:00`, or from a duration ahead of `now`. */
export function parseInstant(option: string, text: string, now: number): string {
  const ahead = readDuration(text)
  const at = ahead === undefined ? Date.parse(text) : now + ahead
  if (Number.isFinite(at) && (ahead !== undefined || /^\d{4}-\d\d-\d\d/.test(text))) return new Date(at).toISOString()
  throw new CliError(
    'usage',
    `${option} "${text}" is not a time: write 2026-03-01T02:00+01:00, or 12h for in 12 hours.`,
  )
}

/** A length of time in its largest whole unit: `12 s`, `5 min`, `3 h`, `2 d`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** A length of time exactly, in the largest unit that needs no fraction, as options take it: `90s`, `150m`, `1d`. */
export function writeDuration(ms: number): string {
  const fits = Object.entries(unitMs).findLast(([, size]) => ms > 0 && ms % size === 0) ?? (['s', 1000] as const)
  return `${ms / fits[1]}${fits[0]}`
}

/** How long ago an instant of the API was; `never` for none. */
export function formatAge(instant: string | null, now: number): string {
  return instant === null ? 'never' : `${formatDuration(now - Date.parse(instant))} ago`
}
