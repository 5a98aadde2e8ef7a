import { advanceJob } from '../queue/queued-job.ts'
import type { JobQueue } from '../queue/job-queue.ts'

/** Looks at rollouts at the moment that their last turn named. Held in memory: the sweep finds what a lost one would have. */
export interface NextLooks {
  /** Lines the rollout up at `at`, in place of what was planned for it before; `null` plans nothing. */
  plan(rolloutId: string, at: Date | null): void
}

// What is further off is named again by a turn that comes before it.
const horizonMs = 60_000
const most = 10_000
// A timer may fire a little before its time.
const slackMs = 5

/** Plans until `signal` aborts. */
export function createNextLooks(
  { queue, now }: { queue: Pick<JobQueue, 'add'>; now: () => Date },
  signal: AbortSignal,
): NextLooks {
  const timers = new Map<string, NodeJS.Timeout>()
  const forget = (rolloutId: string) => {
    clearTimeout(timers.get(rolloutId))
    timers.delete(rolloutId)
  }
  signal.addEventListener('abort', () => [...timers.keys()].forEach(forget), { once: true })
  return {
    plan: (rolloutId, at) => {
      forget(rolloutId)
      const inMs = at === null ? 0 : at.getTime() - now().getTime()
      // What is due already is the sweep's: this turn had the chance to do it.
      if (signal.aborted || inMs <= 0 || inMs > horizonMs || timers.size >= most) return
      const look = () => {
        timers.delete(rolloutId)
        // A queue that is away delays it until the sweep without a queue comes by.
        queue.add([advanceJob(rolloutId)]).catch(() => {})
      }
      timers.set(rolloutId, setTimeout(look, inMs + slackMs).unref())
    },
  }
}
