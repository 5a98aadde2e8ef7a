import { z } from 'zod'
import type { Page } from '@bootfleet/contracts'
import { OperationError } from './errors.ts'

/** Where a page starts: after the row with these keys, in the order of its list. */
export function readCursor<S extends z.ZodType>(schema: S, cursor: string | undefined): z.output<S> | undefined {
  if (cursor === undefined) return undefined
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')))
  if (parsed.success) return parsed.data
  const message = 'The cursor is not one of this list: leave it out to start from the beginning.'
  throw new OperationError('invalid', message, { reason: 'invalid_cursor', field: 'cursor' })
}

/** Cursor of lists that are ordered by time, the newest first, and then by id. */
export const TimeCursor = z.tuple([z.iso.datetime().transform((text) => new Date(text)), z.uuid()])

/** Cursor of append-only lists, the newest first. */
export const SequenceCursor = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt)

/** Cursor of lists in the order of a unique name. */
export const NameCursor = z.string().max(100)

/** Rows that were read with a limit of one more than asked for, as a page. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  { present, keys }: { present: (row: Row) => T; keys: (row: Row) => unknown },
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const nextCursor =
    rows.length > limit && last !== undefined ? Buffer.from(JSON.stringify(keys(last))).toString('base64url') : null
  return { items: shown.map(present), nextCursor }
}

/** Prisma condition for rows after a cursor of time and id. */
export function olderThan(cursor: z.output<typeof TimeCursor> | undefined) {
  if (cursor === undefined) return {}
  const [createdAt, id] = cursor
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }
}

/** Order that goes with `olderThan`. */
export const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }]

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
