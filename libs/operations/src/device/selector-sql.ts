import { parseSelector, SelectorError, type SelectorTerm } from '@bootfleet/domain'
import { Prisma } from '@bootfleet/db'
import { OperationError } from '../errors.ts'

/**
 * Condition on the labels of `device`, which the query must call `d`. Every key and value is a parameter. Throws
 * `invalid` for the field `selector`.
 */
export function selectorSql(selector: string): Prisma.Sql {
  return Prisma.join(readSelector(selector).map(termSql), ' AND ')
}

function readSelector(selector: string): SelectorTerm[] {
  try {
    return parseSelector(selector)
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error
    throw new OperationError('invalid', error.message, { reason: 'invalid_selector', field: 'selector', cause: error })
  }
}

function termSql(term: SelectorTerm): Prisma.Sql {
  switch (term.op) {
    case 'in':
      return inSql(term.key, term.values)
    case 'notin':
      return Prisma.sql`NOT COALESCE(d.labels ->> ${term.key}::text = ANY(${[...term.values]}::text[]), false)`
    case 'exists':
      return Prisma.sql`(d.labels ->> ${term.key}::text) IS NOT NULL`
    case 'absent':
      return Prisma.sql`(d.labels ->> ${term.key}::text) IS NULL`
  }
}

// Containment is what the index over the labels answers.
function inSql(key: string, values: readonly string[]): Prisma.Sql {
  const single = values[0]
  return values.length === 1 && single !== undefined
    ? Prisma.sql`d.labels @> jsonb_build_object(${key}::text, ${single}::text)`
    : Prisma.sql`d.labels ->> ${key}::text = ANY(${[...values]}::text[])`
}
