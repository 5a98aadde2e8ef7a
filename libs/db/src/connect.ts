import { setTimeout } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from './generated/client.ts'

/** What code inside a transaction may use. */
export type Tx = Prisma.TransactionClient

/**
 * Whose rows a transaction sees: one organization (role `bootfleet_tenant`, row-level security) or all of them
 * (`bootfleet_system`: relay, sweeps, ingest, login by token).
 */
export type Scope = { readonly organizationId: string } | 'system'

export interface Database extends AsyncDisposable {
  /** Runs `work` in one transaction under the scope's role; retries it when PostgreSQL asks for that. */
  transaction<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface ConnectOptions {
  /** Connections kept at most. */
  readonly poolSize?: number
  /** Milliseconds after which a transaction is given up. */
  readonly timeoutMs?: number
}

const attempts = 5

/** Opens a pool. `url` names a login that is a member of both roles and can bypass row security by none. */
export function connect(url: string, { poolSize = 10, timeoutMs = 60_000 }: ConnectOptions = {}): Database {
  // The server gives up a statement by itself: a client that is gone, or waits no longer, holds no lock for ever.
  const limits = { statement_timeout: timeoutMs, idle_in_transaction_session_timeout: timeoutMs }
  const adapter = new PrismaPg({ connectionString: url, max: poolSize, ...limits }, { onPoolError: () => {} })
  const client = new PrismaClient({ adapter, transactionOptions: { maxWait: 20_000, timeout: timeoutMs } })
  const close = () => client.$disconnect()
  return {
    transaction: (scope, work) =>
      retryConflicts(() => client.$transaction(async (tx) => enter(tx, scope).then(() => work(tx)))),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function enter(tx: Tx, scope: Scope): Promise<void> {
  const role = scope === 'system' ? 'bootfleet_system' : 'bootfleet_tenant'
  const organization = scope === 'system' ? '' : scope.organizationId
  await tx.$executeRaw`SELECT set_config('role', ${role}, true), set_config('bootfleet.organization', ${organization}, true)`
}

async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt >= attempts || !isConflict(error)) throw error
      // Those who collided do not meet again at once.
      await setTimeout(Math.random() * 20 * 2 ** attempt)
    }
  }
}

// Serialization failure and deadlock: PostgreSQL says "try again" (SQLSTATE 40001, 40P01).
function isConflict(error: unknown): boolean {
  const code = databaseErrorCode(error)
  return code === '40001' || code === '40P01'
}

/** SQLSTATE of a database error (`23505` = unique violation), or Prisma's own code (`P2002`), if there is one. */
export function databaseErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return originalCode(error)
  return originalCode(error.meta?.['driverAdapterError']) ?? (error.code === 'P2034' ? '40001' : error.code)
}

function originalCode(error: unknown): string | undefined {
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (typeof cause !== 'object' || cause === null || !('originalCode' in cause)) return undefined
  return typeof cause.originalCode === 'string' ? cause.originalCode : undefined
}
