import type { LiveEvent } from '@bootfleet/contracts'
import { authenticate, getLivePosition, readLive, type Ctx } from '@bootfleet/operations'
import type { LiveHub } from './live-hub.ts'
import type { StreamWriter } from './stream-writer.ts'

export interface LiveStreamInput {
  readonly ctx: Ctx
  /** Looked at again with each heartbeat: a revoked token ends its streams. */
  readonly credential: string
  /** Position after which to go on; undefined on a new stream. */
  readonly lastEventId: string | undefined
  readonly hub: LiveHub
  readonly writer: StreamWriter
  readonly signal: AbortSignal
}

const batch = 200
const pollMs = 5000
const heartbeatMs = 15_000

/**
 * Writes what was published, in order, until `signal` aborts. What came before the stream is read from the table like
 * what comes later, so nothing falls between. Throws SlowReaderError, and `unauthenticated` when the credential died.
 */
export async function streamLive(input: LiveStreamInput): Promise<void> {
  const { ctx, hub, writer, signal } = input
  let after = await begin(input)
  let beatAt = performance.now() + heartbeatMs
  while (!signal.aborted) {
    // Taken before the read, so that what is published in between ends it.
    const { ended, end } = hub.next(pollMs)
    signal.addEventListener('abort', end)
    try {
      const events = await readLive(ctx, { after, limit: batch })
      for (const { seq, event } of events) {
        await writer.write(message(seq, event))
        after = seq
      }
      if (performance.now() >= beatAt) {
        await authenticate(ctx.services, input.credential)
        await writer.write(': heartbeat\n\n')
        beatAt = performance.now() + heartbeatMs
      }
      if (events.length < batch && !signal.aborted) await ended
    } finally {
      signal.removeEventListener('abort', end)
      end()
    }
  }
}

async function begin({ ctx, lastEventId, writer }: LiveStreamInput): Promise<bigint> {
  const { oldest, newest } = await getLivePosition(ctx)
  if (lastEventId === undefined) {
    await writer.write(message(newest, { kind: 'ready' }))
    return newest
  }
  const known = /^\d{1,18}$/.test(lastEventId) ? BigInt(lastEventId) : undefined
  if (known !== undefined && known >= oldest && known <= newest) return known
  await writer.write(message(newest, { kind: 'reset' }))
  return newest
}

function message(seq: bigint, event: LiveEvent): string {
  return `id: ${seq}\ndata: ${JSON.stringify(event)}\n\n`
}
