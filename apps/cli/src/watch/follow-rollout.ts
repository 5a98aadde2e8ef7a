import type { Rollout, RolloutEvent } from '@bootfleet/contracts'
import type { Client } from '@bootfleet/sdk'
import { isTemporary } from '../failure.ts'
import { listenForHints, pause } from './live-hints.ts'
import { within } from './within.ts'

/** The rollout as it is now, with what happened since the look before, the oldest first. */
export interface Snapshot {
  readonly kind: 'rollout'
  readonly rollout: Rollout
  readonly events: readonly RolloutEvent[]
}

/** The server did not answer; it is asked again. */
export interface Outage {
  readonly kind: 'outage'
  readonly error: unknown
}

export interface FollowOptions {
  readonly signal: AbortSignal
  /** The wait between two looks where no live stream comes through, in milliseconds. */
  readonly pollMs?: number
  /** The wait between two looks during an outage, in milliseconds. */
  readonly retryMs?: number
  /** How long an outage may last before it is thrown, in milliseconds. */
  readonly patienceMs?: number
}

const pageSize = 100
/** Of a long history only the end is read. */
const maxPages = 10
/** Devices report in bursts: one look serves them together. */
const restMs = 250
const answerMs = 60_000

/** Follows a rollout until `signal` aborts or the caller stops. Throws what waiting does not heal. */
export async function* followRollout(
  client: Client,
  id: string,
  { signal, pollMs = 2000, retryMs = 2000, patienceMs = 180_000 }: FollowOptions,
): AsyncGenerator<Snapshot | Outage, void, undefined> {
  const ended = new AbortController()
  const stop = ended.signal
  const end = () => ended.abort()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const hints = listenForHints(client, id, { signal: stop, pollMs })
  let lastEvent = 0n
  const patience = createPatience(patienceMs)
  try {
    while (!stop.aborted) {
      const seen = await tryToLook(client, { id, lastEvent, signal: stop })
      if (stop.aborted) return
      if (seen.kind === 'outage') {
        patience.lost(seen.error)
        yield seen
        await pause(retryMs, { signal: stop })
        continue
      }
      patience.answered()
      lastEvent = BigInt(seen.events.at(-1)?.id ?? lastEvent)
      yield seen
      await pause(restMs, { signal: stop })
      await hints.next()
    }
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}

interface Look {
  readonly id: string
  readonly lastEvent: bigint
  readonly signal: AbortSignal
}

async function tryToLook(client: Client, input: Look): Promise<Snapshot | Outage> {
  try {
    return await within({ signal: input.signal, ms: answerMs }, (signal) => look(client, { ...input, signal }))
  } catch (error) {
    if (input.signal.aborted || isTemporary(error)) return { kind: 'outage', error }
    throw error
  }
}

async function look(client: Client, { id, lastEvent, signal }: Look): Promise<Snapshot> {
  const params = { rollout: id }
  // Read before the events: what they led to may be missing here, and comes with the next look.
  const rollout = await client.rollouts.get({ params }, { signal })
  const events: RolloutEvent[] = []
  let cursor: string | null = null
  for (let page = 0; page < maxPages; page++) {
    const query: { limit: number; cursor?: string } = { limit: pageSize, ...(cursor !== null && { cursor }) }
    const { items, nextCursor } = await client.rollouts.events({ params, query }, { signal })
    const fresh = items.filter((event) => BigInt(event.id) > lastEvent)
    events.push(...fresh)
    cursor = nextCursor
    if (fresh.length < items.length || cursor === null) break
  }
  return { kind: 'rollout', rollout, events: events.toReversed() }
}

// Counts from the first answer that did not come.
function createPatience(ms: number) {
  let lostAt: number | undefined
  return {
    answered: () => (lostAt = undefined),
    lost: (error: unknown) => {
      lostAt ??= performance.now()
      if (performance.now() - lostAt > ms) throw error
    },
  }
}
