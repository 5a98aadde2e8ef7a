import { setTimeout as delay } from 'node:timers/promises'
import type { InboundMessage, IngestOutcome } from '@bootfleet/operations'

const firstRetryMs = 200
const longestRetryMs = 5_000
/** So often a message alone may fail, with a database that answers, before it is refused. */
const tries = 3

export interface StoreOptions {
  readonly ingest: (messages: readonly InboundMessage[]) => Promise<IngestOutcome>
  /** Resolves when the database answers: tells a message that cannot be stored from a database that is away. */
  readonly probe: () => Promise<unknown>
  readonly onError: (error: unknown) => void
  /** Told why nothing is stored, and `undefined` when it works again. */
  readonly onProblem: (problem: string | undefined) => void
  readonly givesUp: () => boolean
}

/**
 * Stores a batch, however long that takes. A message that makes its batch fail is found by storing them one by one, and
 * refused. Throws only when the gateway stops while the database is away.
 */
export async function storeBatch(messages: readonly InboundMessage[], options: StoreOptions): Promise<IngestOutcome> {
  let failures = 0
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
    try {
      const outcome = await options.ingest(messages)
      options.onProblem(undefined)
      return outcome
    } catch (error) {
      options.onError(error)
      const isAway = !(await answers(options.probe))
      if (isAway) options.onProblem('the database is away: messages of devices wait')
      else failures += 1
      if (!isAway && messages.length > 1) return storeSingly(messages, options)
      if (failures >= tries) return refused(error)
    }
    if (options.givesUp()) throw new Error('the gateway stops while the database is away')
    await delay(retryMs)
  }
}

async function storeSingly(messages: readonly InboundMessage[], options: StoreOptions): Promise<IngestOutcome> {
  const outcomes: IngestOutcome[] = []
  for (const message of messages) outcomes.push(await storeBatch([message], options))
  return { results: outcomes.flatMap(({ results }) => results), controls: outcomes.flatMap(({ controls }) => controls) }
}

function refused(error: unknown): IngestOutcome {
  const detail = error instanceof Error ? error.message : String(error)
  return { results: [{ outcome: 'rejected', code: 'unprocessable', detail }], controls: [] }
}

function answers(probe: () => Promise<unknown>): Promise<boolean> {
  return probe().then(
    () => true,
    () => false,
  )
}
