import { setTimeout as delay } from 'node:timers/promises'
import { tryAdvisoryLock } from '@bootfleet/db'

/** Advisory locks of the worker: one holder each, over all workers of an installation. */
export const leaderLocks = { relay: 0x62660010, sweep: 0x62660011 } as const

export interface LeadingOptions {
  readonly url: string
  readonly lock: number
  readonly signal: AbortSignal
  /** How often a stand-by asks, in milliseconds. */
  readonly retryMs: number
}

/**
 * Runs `work` while this process holds the lock, and stands by otherwise, until `signal` aborts. The signal that `work`
 * gets aborts when the lock is lost; for a moment two processes may both be at work, which `work` must bear.
 */
export async function whileLeading(
  { url, lock, signal, retryMs }: LeadingOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const held = await tryAdvisoryLock(url, lock).catch(() => undefined)
    if (held) {
      const lost = new AbortController()
      void held.lost.then(
        () => lost.abort(),
        () => lost.abort(),
      )
      try {
        await work(AbortSignal.any([signal, lost.signal]))
      } finally {
        await held.release()
      }
    }
    if (!signal.aborted) await delay(retryMs, undefined, { signal }).catch(() => {})
  }
}
