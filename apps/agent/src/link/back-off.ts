/** Exponential with full jitter, from `baseMs` up to `capMs`: a fleet that lost its server does not come back as one. */
export interface BackOff {
  next: () => number
  reset: () => void
  /**
   * A connection is gone that lived so long. Only one that lived clearly longer than the next wait may be was a success:
   * where two machines with one identity put each other off, both wait longer and longer.
   */
  connectionEnded: (livedMs: number) => void
}

export function createBackOff(range: { baseMs: number; capMs: number }, random: () => number = Math.random): BackOff {
  let failures = 0
  const ceiling = (): number => Math.min(range.capMs, range.baseMs * 2 ** Math.min(failures, 30))
  return {
    next: () => {
      const waitMs = Math.round(ceiling() * random())
      failures += 1
      return waitMs
    },
    connectionEnded: (livedMs) => {
      if (livedMs > 2 * ceiling()) failures = 0
    },
    reset: () => {
      failures = 0
    },
  }
}

/** Resolves after `ms`, or at once when the signal is aborted. Does not keep the process alive by itself. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve()
      return
    }
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done, { once: true })
  })
}
