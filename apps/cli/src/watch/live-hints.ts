import type { Client } from '@bootfleet/sdk'

/** Says when to look again: at each hint of the live stream about one rollout, and after a time without any. */
export interface LiveHints {
  /** Resolves at the next hint, or at once after one that came meanwhile; in the end after the time, or when aborted. */
  next(): Promise<void>
}

/** With a live stream that works this only guards against what it may miss. */
const quietMs = 15_000

export interface HintOptions {
  readonly signal: AbortSignal
  /** How often to look where no live stream comes through, in milliseconds. */
  readonly pollMs: number
}

/** Listens until `signal` aborts. A stream that the server or a proxy refuses leaves polling. */
export function listenForHints(client: Client, rolloutId: string, { signal, pollMs }: HintOptions): LiveHints {
  let streams = false
  let hinted = false
  let wake = () => {}
  const hint = () => {
    hinted = true
    wake()
  }
  void (async () => {
    try {
      for await (const { event } of client.live({ signal })) {
        streams = true
        const about = event.kind === 'rollout.changed' && event.rolloutId === rolloutId
        if (about || event.kind === 'ready' || event.kind === 'reset') hint()
      }
    } catch {
      streams = false
    }
  })()
  return {
    next: async () => {
      if (!hinted && !signal.aborted)
        await pause(streams ? quietMs : pollMs, { signal, onWake: (done) => (wake = done) })
      hinted = false
    },
  }
}

/** Resolves after the time, when woken, or when the signal aborts. */
export function pause(
  ms: number,
  { signal, onWake = () => {} }: { signal: AbortSignal; onWake?: (done: () => void) => void },
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
    onWake(done)
  })
}
