import type { WorkerParts } from '../worker-parts.ts'
import type { JobProcessor } from './job-processor.ts'

/** Marks devices offline that have not been heard for too long. */
export function expirePresenceProcessor({ services, operations }: WorkerParts): JobProcessor<'expire-presence'> {
  return async () => {
    await operations.expirePresence(services)
  }
}
