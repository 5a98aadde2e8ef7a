import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino'
import { redact, scrub } from './redact.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Structured log: `log.info({ rolloutId }, 'advanced')`; an Error goes in the field `err`. */
export type Logger = PinoLogger

/** JSON lines on standard output (or `destination`), `name` in each; secrets are left out by field name and pattern. */
export function createLogger(name: string, level: LogLevel = 'info', destination?: DestinationStream): Logger {
  const options = {
    name,
    level,
    base: { pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => redact(fields) as Record<string, unknown>,
    },
    // Errors are described above, with their causes.
    serializers: { err: (described: unknown) => described },
    hooks: { streamWrite: scrub },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
