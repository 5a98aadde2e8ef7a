import { pause } from '../link/back-off.ts'

/** Lets so many begin in a second, and so many run at a time; the others wait in the order in which they came. */
export interface Gate {
  /** Rejects when the signal is aborted before its turn. */
  pass: <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>
}

export function createGate({ perSecond, atATime }: { perSecond: number; atATime: number }): Gate {
  const gapMs = 1000 / perSecond
  const waiting: (() => void)[] = []
  let running = 0
  let nextAt = 0

  async function enter(): Promise<void> {
    if (running >= atATime) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
  }

  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  return {
    pass: async (task, signal) => {
      await enter()
      try {
        signal?.throwIfAborted()
        const now = performance.now()
        nextAt = Math.max(now, nextAt + gapMs)
        await pause(nextAt - now, signal)
        signal?.throwIfAborted()
        return await task()
      } finally {
        leave()
      }
    },
  }
}
