import { plainJson, saidBy } from './plain-text.ts'

export type LogFields = Record<string, string | number | boolean | null | undefined>

type LogSink = (event: string, fields: LogFields) => void

let sink: LogSink = (event, fields) => {
  process.stderr.write(`${JSON.stringify({ ts: new Date().toISOString(), event, ...fields })}\n`)
}

/** Writes one event as one JSON line to stderr. Never pass tokens, keys or documents. */
export function log(event: string, fields: LogFields = {}): void {
  sink(event, plainJson(fields))
}

/** From now on events go elsewhere: one process with thousands of agents has other lines to write. Returns where they went. */
export function sendLogTo(other: LogSink): LogSink {
  const before = sink
  sink = other
  return before
}

/** What an error says, bounded, on one line. */
export function messageOf(error: unknown, max = 500): string {
  const text = error instanceof Error ? error.message : String(error)
  return saidBy(text.replaceAll(/\s+/g, ' '), max)
}
