import { UnrecoverableError } from 'bullmq'
import { jobs, type JobInput, type JobName } from '@bootfleet/contracts'
import type { JobProcessor, Processors } from '../processors/job-processor.ts'
import type { WorkerParts } from '../worker-parts.ts'
import type { BullWorker, QueueConnection } from './connect-queue.ts'

/** Starts to work on the queue. `signal` tells processors to stop early. */
export function runJobs(
  connection: QueueConnection,
  parts: WorkerParts & { processors: Processors },
  signal: AbortSignal,
): BullWorker {
  const { processors, metrics, log, config } = parts
  const process = async (job: { name: string; data: unknown; id?: string | undefined; attemptsMade: number }) => {
    const name = knownName(job.name)
    const stop = metrics.processing.startTimer({ name })
    try {
      await runOne(processors, { name, data: job.data }, signal)
      metrics.processed.inc({ name, outcome: 'done' })
    } catch (error) {
      metrics.processed.inc({ name, outcome: 'failed' })
      log.error({ err: error, name, id: job.id, attempt: job.attemptsMade + 1 }, 'a job failed')
      throw error
    } finally {
      stop()
    }
  }
  const worker = connection.openWorker(process, { concurrency: config.concurrency })
  worker.on('error', (error) => log.warn({ err: error }, 'the queue has a problem; goes on when it is over'))
  worker.run().catch((error: unknown) => log.error({ err: error }, 'stopped working on the queue'))
  return worker
}

async function runOne<N extends JobName>(
  processors: Processors,
  { name, data }: { name: N; data: unknown },
  signal: AbortSignal,
): Promise<void> {
  const processor: JobProcessor<N> = processors[name]
  await processor(readInput(name, data), signal)
}

// A job of another version of the worker: trying again here would not help.
function knownName(name: string): JobName {
  if (Object.hasOwn(jobs, name)) return name as JobName
  throw new UnrecoverableError(`this version knows no job "${name}"`)
}

function readInput<N extends JobName>(name: N, data: unknown): JobInput<N> {
  const input = jobs[name].input.safeParse(data)
  if (!input.success) throw new UnrecoverableError(`the input of ${name} is not valid: ${input.error.message}`)
  return input.data as JobInput<N>
}
