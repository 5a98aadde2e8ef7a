import { databaseErrorCode, type Database } from '@bootfleet/db'
import type { Storm } from './storm-state.testing.ts'
import { Outage } from './unsafe-database.testing.ts'

/** `undefined` when an outage came in between. */
export async function outlast<T>(storm: Pick<Storm, 'outages'>, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Outage) && !isLostConnection(error)) throw error
    storm.outages += 1
    return undefined
  }
}

// No connection in time, one that was closed, a transaction that took too long and was rolled back: on a machine with
// much else to do these come by themselves, and are what a worker tries again.
const lost = ['P2028', 'P2024', 'P1001', 'P1002', 'P1008', 'P1017', '57P01', '57014', '25P03', '53300']

function isLostConnection(error: unknown): boolean {
  return lost.includes(databaseErrorCode(error) ?? '')
}

const attempts = 6

/** The same database for those who only look: a connection that is lost is asked for again. */
export function patientDatabase(db: Database): Database {
  return {
    ...db,
    async transaction(scope, work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await db.transaction(scope, work)
        } catch (error) {
          if (attempt >= attempts || !isLostConnection(error)) throw error
        }
      }
    },
  }
}
