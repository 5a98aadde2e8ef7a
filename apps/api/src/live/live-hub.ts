import { notifyChannels } from '@bootfleet/contracts'
import { listen } from '@bootfleet/db'

/** Wakes every live stream of this process when something was published: one connection to PostgreSQL for all. */
export class LiveHub implements AsyncDisposable {
  readonly #stop = new AbortController()
  readonly #waiting = new Set<() => void>()
  readonly #listening: Promise<void>

  constructor(databaseUrl: string) {
    this.#listening = listen({
      url: databaseUrl,
      channels: [notifyChannels.live],
      onNotify: () => this.#wake(),
      signal: this.#stop.signal,
    })
  }

  /** Aborts when this process stops. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** Resolves at the next notification, when `signal` aborts, or after `timeoutMs`: a notification may be lost. */
  next(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      signal.addEventListener('abort', done)
      this.#waiting.add(done)
      if (signal.aborted) done()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#wake()
    await this.#listening
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done()
  }
}
