import { z } from 'zod'
import { logLevels } from '@bootfleet/telemetry'

const port = z.coerce.number().int().min(0).max(65_535)

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  WORKER_HOST: z.string().min(1).default('127.0.0.1'),
  WORKER_PORT: port.default(3002),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  LOG_LEVEL: z.enum(logLevels).default('info'),
})

export interface WorkerConfig {
  /** The application's login; bound by row-level security. */
  readonly databaseUrl: string
  /** Where the queue is; on PostgreSQL when absent. */
  readonly redisUrl?: string | undefined
  /** Where health and metrics are served; port 0 takes any free one. */
  readonly health: { readonly host: string; readonly port: number }
  /** Jobs processed at the same time. */
  readonly concurrency: number
  readonly logLevel: (typeof logLevels)[number]
  /** Milliseconds that running jobs get to end when the worker is closed. */
  readonly drainMs: number
}

/** Reads the environment. Throws one error that names every variable at fault, without its value. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): WorkerConfig {
  // An empty variable is an absent one: compose files and unit files cannot leave one out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const { data, error } = Environment.safeParse(given)
  if (error) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new Error(
      `The worker cannot start with this environment. ${problems.join('; ')}. See the configuration docs.`,
    )
  }
  return {
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    health: { host: data.WORKER_HOST, port: data.WORKER_PORT },
    concurrency: data.WORKER_CONCURRENCY,
    logLevel: data.LOG_LEVEL,
    drainMs: 10_000,
  }
}
