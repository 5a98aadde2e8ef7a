import { Prisma, type Database, type Tx } from '@bootfleet/db'
import type { Services } from '@bootfleet/operations'

/** A statement and the lines of PostgreSQL's plan for it. */
export interface ExplainedStatement {
  readonly sql: string
  readonly plan: readonly string[]
}

/**
 * The same services, whose raw statements are executed for `EXPLAIN (ANALYZE, BUFFERS)` before they run. What that writes
 * is taken back.
 */
export function explainedServices(services: Services, note: (statement: ExplainedStatement) => void): Services {
  const db: Database = {
    ...services.db,
    transaction: (scope, work) => services.db.transaction(scope, (tx) => work(explainedTx(tx, note))),
  }
  return { ...services, db }
}

function explainedTx(tx: Tx, note: (statement: ExplainedStatement) => void): Tx {
  return new Proxy(tx, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name)
      if (name !== '$queryRaw' && name !== '$executeRaw') return own
      return async (first: TemplateStringsArray | Prisma.Sql, ...values: unknown[]) => {
        const statement = 'sql' in first ? first : Prisma.sql(first, ...values)
        note({ sql: statement.sql.replaceAll(/\s+/g, ' ').trim(), plan: await explain(tx, statement) })
        return name === '$queryRaw' ? tx.$queryRaw(statement) : tx.$executeRaw(statement)
      }
    },
  })
}

async function explain(tx: Tx, { strings, values }: Prisma.Sql): Promise<string[]> {
  await tx.$executeRaw`SAVEPOINT explained`
  const rows = await tx.$queryRaw<Record<string, string>[]>(
    Prisma.sql([`EXPLAIN (ANALYZE, BUFFERS) ${strings[0] ?? ''}`, ...strings.slice(1)], ...values),
  )
  await tx.$executeRaw`ROLLBACK TO SAVEPOINT explained`
  return rows.map((line) => Object.values(line)[0] ?? '')
}

/** Tables that a plan reads from one end to the other. */
export function scannedTables({ plan }: ExplainedStatement): string[] {
  return plan.flatMap((line) => /Seq Scan on (\w+)/.exec(line)?.[1] ?? [])
}

/** How many pages a statement looked at, in memory or not. */
export function pagesRead({ plan }: ExplainedStatement): number {
  const buffers = plan.find((line) => line.trimStart().startsWith('Buffers:')) ?? ''
  return [...buffers.matchAll(/(?:hit|read)=(\d+)/g)].reduce((total, [, pages]) => total + Number(pages), 0)
}

/** The most rows of one table that a plan reads in one go, only to throw them away. */
export function mostDiscarded({ plan }: ExplainedStatement): number {
  return Math.max(0, ...plan.map((line) => Number(/Rows Removed by (?:\w+ )*Filter: (\d+)/.exec(line)?.[1] ?? 0)))
}
