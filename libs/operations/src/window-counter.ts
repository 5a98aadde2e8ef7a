interface Counted {
  count: number
  readonly until: number
}

const maxKeys = 50_000

/** Counts per key within a window that begins with the first of each. Forgets the oldest window when there are too many. */
export class WindowCounter {
  readonly #windows = new Map<string, Counted>()
  readonly #windowMs: number
  readonly #now: () => number

  constructor(windowMs: number, now: () => number) {
    this.#windowMs = windowMs
    this.#now = now
  }

  count(key: string): number {
    return this.#open(key)?.count ?? 0
  }

  /** Until the window of a key ends, ms. */
  msLeft(key: string): number {
    return Math.max(0, (this.#open(key)?.until ?? 0) - this.#now())
  }

  add(key: string): void {
    const open = this.#open(key)
    if (open !== undefined) {
      open.count++
      return
    }
    this.#windows.set(key, { count: 1, until: this.#now() + this.#windowMs })
    // In the order in which they began, so in the order in which they end.
    for (const [oldest, { until }] of this.#windows) {
      if (until > this.#now() && this.#windows.size <= maxKeys) break
      this.#windows.delete(oldest)
    }
  }

  takeBack(key: string): void {
    const open = this.#open(key)
    if (open !== undefined) open.count = Math.max(0, open.count - 1)
  }

  clear(key: string): void {
    this.#windows.delete(key)
  }

  #open(key: string): Counted | undefined {
    const found = this.#windows.get(key)
    if (found === undefined || found.until > this.#now()) return found
    this.#windows.delete(key)
    return undefined
  }
}
