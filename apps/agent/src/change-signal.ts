import { readClock } from './clock.ts'

const longestWaitMs = 60_000

/** Wakes the one who waits. A change that comes while nobody waits is not lost. */
export interface ChangeSignal {
  notify: () => void
  /** Until a change, or a time on the monotonic clock, or one minute: then it is time to look again anyway. */
  wait: (until: number | undefined) => Promise<void>
}

export function createChangeSignal(signal: AbortSignal): ChangeSignal {
  let changed = false
  let resume: (() => void) | undefined
  const notify = (): void => {
    changed = true
    resume?.()
  }
  signal.addEventListener('abort', notify, { once: true })
  return {
    notify,
    wait: async (until) => {
      const waitMs = Math.min(longestWaitMs, Math.max(0, (until ?? Number.POSITIVE_INFINITY) - readClock().mono))
      if (!changed && waitMs > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs)
          resume = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      resume = undefined
      changed = false
    },
  }
}
