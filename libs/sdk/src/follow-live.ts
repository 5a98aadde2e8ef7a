import { api, LiveEvent } from '@bootfleet/contracts'
import { ApiError } from './api-error.ts'
import { headersOf, urlOf, type ClientOptions } from './client-options.ts'
import { readServerSentEvents } from './read-server-sent-events.ts'

export interface LiveMessage {
  /** Resumes a later stream after this message. */
  readonly id: string | undefined
  readonly event: LiveEvent
}

export interface LiveOptions {
  readonly signal?: AbortSignal
  /** `id` of the last message that was handled. */
  readonly lastEventId?: string
  /** Wait before the first new attempt after a lost connection; doubles up to 30 s. */
  readonly retryMs?: number
}

const maxRetryMs = 30_000

/** Follows the live stream across lost connections. Throws ApiError when the server refuses it. */
export async function* followLive(client: ClientOptions, options: LiveOptions): AsyncGenerator<LiveMessage> {
  const { signal, retryMs = 1000 } = options
  let last = options.lastEventId
  for (let attempt = 0; signal?.aborted !== true; attempt++) {
    if (attempt > 0) await pause(Math.min(retryMs * 2 ** (attempt - 1), maxRetryMs), signal)
    try {
      for await (const message of readStream(client, {
        ...options,
        ...(last !== undefined && { lastEventId: last }),
      })) {
        attempt = 0
        last = message.id ?? last
        yield message
      }
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error
    }
  }
}

async function* readStream(client: ClientOptions, { lastEventId, signal }: LiveOptions): AsyncGenerator<LiveMessage> {
  const send = client.fetch ?? fetch
  const response = await send(urlOf(client, api.live.stream.path), {
    headers: {
      accept: 'text/event-stream',
      ...(await headersOf(client)),
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    ...(signal && { signal }),
  })
  if (!response.ok || response.body === null) throw await refusal(response)
  for await (const { id, data } of readServerSentEvents(response.body)) {
    const event = LiveEvent.safeParse(JSON.parse(data))
    // A newer server may say more than this client knows.
    if (event.success) yield { id, event: event.data }
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined)
  return new ApiError(response.status, body, response.headers.get('x-request-id') ?? undefined)
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}
