/** What a five-field expression allows. A day must fit both day fields, or either when neither starts with `*`. */
export interface Cron {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  /** 0 is Sunday. */
  readonly weekdays: readonly number[]
  readonly either: boolean
}

interface Field {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly names: readonly string[]
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const fields = {
  minutes: { name: 'minute', from: 0, to: 59, names: [] },
  hours: { name: 'hour', from: 0, to: 23, names: [] },
  days: { name: 'day of month', from: 1, to: 31, names: [] },
  months: { name: 'month', from: 1, to: 12, names: months },
  weekdays: { name: 'day of week', from: 0, to: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
} as const satisfies Record<string, Field>

/**
 * Reads minute, hour, day of month, month and day of week: lists, ranges, steps, names. Days as in Vixie cron. Throws a
 * RangeError that names the field and what to write.
 */
export function parseCron(text: string): Cron {
  const parts = text.trim().split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = parts
  if (text.length > 200 || parts.length !== 5)
    throw new RangeError(
      'cron: write five fields (minute, hour, day of month, month, day of week), such as "0 4 * * mon-fri"',
    )
  const cron = {
    minutes: parseField(fields.minutes, minute),
    hours: parseField(fields.hours, hour),
    days: parseField(fields.days, day),
    months: parseField(fields.months, month),
    weekdays: [...new Set(parseField(fields.weekdays, weekday).map((one) => one % 7))],
    either: !day.startsWith('*') && !weekday.startsWith('*'),
  }
  const longest = Math.max(...cron.months.map((one) => [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][one - 1] ?? 0))
  if (!cron.either && Math.min(...cron.days) > longest)
    throw new RangeError(
      `cron: day of month "${day}" never comes in month "${month}"; choose a day of at most ${longest}`,
    )
  return cron
}

function parseField(field: Field, text: string): number[] {
  const found = new Set(text.split(',').flatMap((part) => parsePart(field, part)))
  return [...found].toSorted((one, other) => one - other)
}

function parsePart(field: Field, part: string): number[] {
  const [, range = '', step] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? []
  const by = step === undefined ? 1 : Number(step)
  if (range === '' || by === 0) throw wrong(field, part)
  const [first, last] = bounds(field, range, step !== undefined)
  if (first > last) throw wrong(field, part, `the range runs backwards; write "${range}" as two, in a list`)
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_none, place) => first + place * by)
}

function bounds(field: Field, range: string, stepped: boolean): [number, number] {
  if (range === '*') return [field.from, field.to]
  const [from = '', to, ...more] = range.split('-')
  if (more.length > 0) throw wrong(field, range)
  const first = value(field, from)
  if (to === undefined) return [first, stepped ? field.to : first]
  const last = value(field, to)
  // Sunday ends a range as well: fri-sun.
  return [first, field.to === 7 && last === 0 && first > 0 ? 7 : last]
}

function value(field: Field, text: string): number {
  const named = field.names.indexOf(text.toLowerCase())
  if (named >= 0) return named + field.from
  const number = /^\d{1,2}$/.test(text) ? Number(text) : -1
  if (number < field.from || number > field.to) throw wrong(field, text)
  return number
}

function wrong({ name, from, to, names }: Field, part: string, why?: string): RangeError {
  const or = names.length > 0 ? ` or ${names[0]}–${names.at(-1)}` : ''
  const fix = why ?? `write *, or numbers from ${from} to ${to}${or}, with lists (1,2), ranges (1-5) and steps (*/5)`
  return new RangeError(`cron: ${name} "${part}" is not understood: ${fix}`)
}
