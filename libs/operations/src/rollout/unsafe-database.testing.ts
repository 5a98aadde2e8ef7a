import type { Database, Tx } from '@bootfleet/db'

/** What a process says that was killed, or whose database went away. */
export class Outage extends Error {}

export interface Dangers {
  /** Fair in [0, 1). */
  readonly chance: () => number
  /** How probable it is that something happens in a transaction; 0: nothing may. */
  readonly risk: () => number
}

/**
 * The same database for processes that die: between any two statements of a transaction (every other time the server
 * cuts the connection itself, as in a failover), or after the commit and before they know of it.
 */
export function unsafeDatabase(db: Database, { chance, risk }: Dangers): Database {
  return {
    ...db,
    async transaction(scope, work) {
      if (risk() === 0 || chance() > risk()) return db.transaction(scope, work)
      if (chance() < 0.2) return db.transaction(scope, work).then(() => Promise.reject(new Outage('after the commit')))
      const left = Math.floor(chance() * 14)
      const cuts = chance() < 0.5
      return db.transaction(scope, (tx) => work(mortal(tx, { left, cuts })))
    },
  }
}

interface Fate {
  left: number
  readonly cuts: boolean
}

/** A transaction that does only so many statements. */
function mortal(tx: Tx, fate: Fate): Tx {
  const guard = (parts: object): object =>
    new Proxy(parts, {
      get(target, name) {
        const part: unknown = Reflect.get(target, name)
        if (typeof part === 'function') return (...args: unknown[]) => live(tx, fate, () => part.apply(target, args))
        return typeof part === 'object' && part !== null && typeof name === 'string' ? guard(part) : part
      },
    })
  return guard(tx) as Tx
}

async function live(tx: Tx, fate: Fate, statement: () => unknown): Promise<unknown> {
  fate.left -= 1
  if (fate.left === -1 && fate.cuts) await cut(tx)
  if (fate.left < 0) throw new Outage('between two statements')
  return statement()
}

// Only the role that logged in may end its own connection.
async function cut(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT set_config('role', 'none', true)`
  await tx.$executeRaw`SELECT pg_terminate_backend(pg_backend_pid())`.catch(() => undefined)
}
