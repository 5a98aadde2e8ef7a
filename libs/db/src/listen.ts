import { Client } from 'pg'
import { setTimeout as delay } from 'node:timers/promises'

export interface ListenOptions {
  readonly url: string
  readonly channels: readonly string[]
  /** Called for each notification, and once per (re)connection with `undefined`: something may have been missed. */
  readonly onNotify: (channel: string | undefined, payload: string) => void
  readonly signal: AbortSignal
  readonly retryMs?: number
}

/** Listens for PostgreSQL notifications until `signal` aborts; reconnects by itself. Resolves when it has stopped. */
export async function listen(options: ListenOptions): Promise<void> {
  const { signal, retryMs = 1000 } = options
  while (!signal.aborted) {
    await listenOnce(options).catch(() => {})
    if (!signal.aborted) await delay(retryMs, undefined, { signal }).catch(() => {})
  }
}

async function listenOnce({ url, channels, onNotify, signal }: ListenOptions): Promise<void> {
  const client = new Client({ connectionString: url, keepAlive: true })
  const ended = new Promise<void>((resolve) => {
    // Not once: a cut connection reports the server's reason and then its end, and an unheard error ends the process.
    client.on('error', () => resolve())
    client.once('end', () => resolve())
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    await client.connect()
    client.on('notification', ({ channel, payload }) => onNotify(channel, payload ?? ''))
    for (const channel of channels) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
    onNotify(undefined, '')
    await ended
  } finally {
    await client.end().catch(() => {})
  }
}
