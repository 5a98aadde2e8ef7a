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

  /** A wait that ends at the next notification, with the process, or after `timeoutMs`: a notification may be lost. */
  next(timeoutMs: number): { readonly ended: Promise<void>; readonly end: () => void } {
    let resolve = () => {}
    const ended = new Promise<void>((settle) => (resolve = settle))
    const end = () => {
      clearTimeout(timer)
      this.#waiting.delete(end)
      resolve()
    }
    const timer = setTimeout(end, timeoutMs)
    this.#waiting.add(end)
    if (this.signal.aborted) end()
    return { ended, end }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#wake()
    await this.#listening
  }

  #wake(): void {
    for (const end of this.#waiting) end()
  }
}
