import type { JobInput, JobName } from '@bootfleet/contracts'

/** Does one job. May be called twice for the same hint; throws to be called again later. */
export type JobProcessor<N extends JobName> = (input: JobInput<N>, signal: AbortSignal) => Promise<void>

/** One processor for every job of the catalogue, and none besides: the compiler sees to it. */
export type Processors = { readonly [N in JobName]: JobProcessor<N> }
