/** Something to wait on that another part can end early. A wake-up while nobody waits ends the next wait at once. */
export interface Wake {
  wake(): void
  /** Resolves at the next wake-up, after `ms`, or when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createWake(): Wake {
  let pending = false
  let end: (() => void) | undefined
  return {
    wake: () => {
      pending = true
      end?.()
    },
    wait: async (ms, signal) => {
      if (!pending && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const done = () => {
            clearTimeout(timer)
            signal.removeEventListener('abort', done)
            end = undefined
            resolve()
          }
          const timer = setTimeout(done, ms)
          signal.addEventListener('abort', done, { once: true })
          end = done
        })
      }
      pending = false
    },
  }
}
