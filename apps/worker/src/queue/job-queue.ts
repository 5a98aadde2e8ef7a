import { jobs, type JobName } from '@bootfleet/contracts'
import { withDeadline } from '../with-deadline.ts'
import type { BullQueue } from './connect-queue.ts'
import type { QueuedJob } from './queued-job.ts'

/** Adding to the queue. Every call ends within seconds, also when the queue does not answer. */
export interface JobQueue {
  /** Adds jobs. Throws when the queue does not take them. */
  add(added: readonly QueuedJob[]): Promise<void>
  /** Lets go of a key whose job is gone, so that it cannot keep out later ones. */
  releaseKey(key: string): Promise<void>
  /** Makes sure that the recurring jobs of the catalogue are scheduled, once for all workers. */
  schedule(): Promise<void>
}

const answerMs = 2000
const restMs = 5000
// A schedule whose next run is this late has lost its job.
const overdueMs = 10_000
const kept = { removeOnComplete: { count: 100 }, removeOnFail: { count: 1000 } }

export function createJobQueue(queue: BullQueue, now: () => Date): JobQueue {
  let restUntil = 0
  /** Does not ask a queue again for a while after it failed: callers have something better to do than to wait for it. */
  const ask = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    if (now().getTime() < restUntil) throw new Error(`${what}: the queue did not answer a moment ago`)
    try {
      return await withDeadline(call(), { ms: answerMs, what })
    } catch (error) {
      restUntil = now().getTime() + restMs
      throw error
    }
  }
  return {
    add: async (added) => {
      if (added.length > 0) await ask('adding jobs', () => queue.addBulk(added.map(toBulk)))
    },
    releaseKey: async (key) => {
      await ask('releasing a key', () => queue.removeDeduplicationKey(key))
    },
    schedule: async () => {
      for (const name of recurring()) await ask(`scheduling ${name}`, () => scheduleOne(queue, name, now().getTime()))
    },
  }
}

function toBulk({ name, input, key }: QueuedJob) {
  // keepLastIfActive: what arrives while the job runs may concern what it has already read, so it runs once more.
  return { name, data: input, opts: { ...optionsOf(name), deduplication: { id: key, keepLastIfActive: true } } }
}

function optionsOf(name: JobName) {
  const { attempts, backoffMs } = jobs[name]
  return { ...kept, attempts, backoff: { type: 'exponential', delay: backoffMs } }
}

function recurring(): readonly JobName[] {
  return (Object.keys(jobs) as JobName[]).filter((name) => 'everySec' in jobs[name])
}

async function scheduleOne(queue: BullQueue, name: JobName, now: number): Promise<void> {
  const definition = jobs[name]
  if (!('everySec' in definition)) return
  const every = definition.everySec * 1000
  const found = await queue.getJobScheduler(name)
  const alive = found?.every === every && (found.next ?? 0) + every + overdueMs > now
  if (!alive) await queue.upsertJobScheduler(name, { every }, { name, data: {}, opts: optionsOf(name) })
}
