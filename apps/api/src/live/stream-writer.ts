import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

/** A reader took too long to take what was sent. */
export class SlowReaderError extends Error {
  override readonly name = 'SlowReaderError'
}

/** Writes to a response no faster than it is read: nothing piles up here beyond the socket's own buffer. */
export class StreamWriter {
  readonly #response: ServerResponse
  readonly #patienceMs: number

  constructor(response: ServerResponse, patienceMs: number) {
    this.#response = response
    this.#patienceMs = patienceMs
  }

  /** Resolves when there is room for more. Throws SlowReaderError when there is none for too long. */
  async write(text: string): Promise<void> {
    if (this.#response.destroyed) return
    if (this.#response.write(text)) return
    const signal = AbortSignal.timeout(this.#patienceMs)
    try {
      await Promise.race([once(this.#response, 'drain', { signal }), once(this.#response, 'close', { signal })])
    } catch (cause) {
      throw new SlowReaderError('The reader of a live stream is too slow.', { cause })
    }
  }
}
