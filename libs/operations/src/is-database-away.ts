import { databaseErrorCode } from '@bootfleet/db'

// Prisma: not reached, no answer or no free connection in time, closed. PostgreSQL: shutting down or killed, starting,
// recovering, full. Class 08 is a connection that failed.
const codes = /^(?:P1001|P1002|P1008|P1017|P2024|P2028|57P0[1235]|53300|08\w{3}|ECONNREFUSED|ECONNRESET|ETIMEDOUT)$/

// What `pg` says without a code, which Prisma hands on as it is.
const texts = /Connection terminated|timeout exceeded when trying to connect|Unable to start a transaction/

/** True when an error says that the database cannot be asked now, so that trying again later may help. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = databaseErrorCode(error) ?? ('code' in error && typeof error.code === 'string' ? error.code : undefined)
  return code === undefined ? texts.test(error.message) : codes.test(code)
}
